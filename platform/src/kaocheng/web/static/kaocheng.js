// The little the pages need beyond htmx: ask before what cannot be undone, print, follow a row by keyboard, draw charts.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.dataset.sure && !window.confirm(form.dataset.sure)) return event.preventDefault();
  // A second press of the same button has no second effect, and the page shows that the first one counted.
  for (const button of form.querySelectorAll("button")) setTimeout(() => { button.disabled = true; }, 0);
});
window.addEventListener("pageshow", () => {
  for (const button of document.querySelectorAll("form button[disabled]:not([data-off])")) button.disabled = false;
});
document.addEventListener("click", (event) => {
  const cell = event.target.closest("a.cell");
  if (cell) {
    for (const row of document.querySelectorAll("tr[aria-selected]")) row.removeAttribute("aria-selected");
    cell.closest("tr")?.setAttribute("aria-selected", "true");
  }
  if (event.target.closest("[data-print]")) window.print();
});
document.addEventListener("change", (event) => {
  const all = event.target.closest("[data-tick-all]");
  if (all) for (const box of document.querySelectorAll(`input[name="${all.dataset.tickAll}"]`)) box.checked = all.checked;
  if (event.target.closest("[data-submit]")) event.target.form.requestSubmit();
});
document.addEventListener("keydown", (event) => {
  const row = event.target.closest("tr[tabindex]");
  if (!row || event.target !== row) return;
  if (event.key === "Enter") row.querySelector("a")?.click();
  const next = { ArrowDown: "nextElementSibling", ArrowUp: "previousElementSibling" }[event.key];
  if (next && row[next]) { event.preventDefault(); row[next].focus(); }
});
document.addEventListener("htmx:afterSwap", (event) => {
  // On a phone the working stands below the table: go there, or the press seems to have done nothing.
  if (event.target.id === "working" && window.innerWidth <= 760) event.target.scrollIntoView({ behavior: "smooth" });
});
document.addEventListener("htmx:configRequest", (event) => {
  const field = document.querySelector('input[name="_csrf"]');
  if (field) event.detail.headers["X-CSRF"] = field.value;
});
function draw() {
  if (!window.echarts) return;
  const style = getComputedStyle(document.documentElement);
  const of = (name) => style.getPropertyValue(name).trim();
  for (const box of document.querySelectorAll("[data-chart]")) {
    const option = JSON.parse(document.getElementById(box.dataset.chart).textContent);
    box.style.height = `${box.dataset.height}px`;
    window.echarts.getInstanceByDom(box)?.dispose();
    const chart = window.echarts.init(box, null, { renderer: "canvas" });
    // A long name ends in … before it takes the bars' room; the table above has it whole.
    const short = { width: Math.min(200, box.clientWidth * 0.38), overflow: "truncate" };
    if (option.yAxis) option.yAxis.axisLabel = { ...option.yAxis.axisLabel, ...short };
    if (option.legend) option.legend.textStyle = { ...option.legend.textStyle, ...short };
    chart.setOption({
      animation: false,
      color: [of("--ink-2"), of("--ochre"), of("--indigo")],
      textStyle: { fontFamily: of("--sans"), color: of("--ink") },
      // Canvas tooltips: an HTML one would bring inline styles, which this page refuses.
      tooltip: { trigger: "axis", renderMode: "richText" },
      grid: { left: 8, right: 16, top: 32, bottom: 8, containLabel: true },
      ...option,
    });
    new ResizeObserver(() => chart.resize()).observe(box);
  }
}
window.addEventListener("load", draw);
window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
