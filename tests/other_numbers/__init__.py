"""The county of the samples with other numbers: made at random, written as its office writes, scored anew.

What the product prints after ``kaocheng demo --no-serve`` on such a folder is compared, cell by cell,
with the same numbers scored by the slow evaluator and by the rules followed with pencil and paper.
"""
