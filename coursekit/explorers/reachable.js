// Runs each time the picture of an explorer has loaded, with the picture as `this`.
// ipywidgets gives no way from Python to do these four things:
const mend = (tries) => {
  const explorer = this.closest(".coursekit-explorer");
  const status = explorer?.querySelector(".coursekit-status .widget-html-content");
  if (!status) {
    // the picture can be ready before its neighbours are on the page
    if (tries) setTimeout(mend, 50, tries - 1);
    return;
  }
  // a screen reader is told what a slider changes, and what the box beside it is
  for (const slider of explorer.querySelectorAll(".widget-slider")) {
    const label = slider.querySelector(".widget-label");
    label.removeAttribute("title"); // it says "null"
    for (const part of slider.querySelectorAll("[role=slider], .widget-readout")) {
      part.setAttribute("aria-label", label.textContent);
      if (!part.hasAttribute("role")) part.setAttribute("role", "textbox");
    }
  }
  // words are announced where they change within a place that stays
  status.setAttribute("role", "status");
  // arrow keys choose from a list; JupyterLab would take them and leave the cell
  for (const list of explorer.querySelectorAll("select")) {
    list.setAttribute("data-lm-suppress-shortcuts", "true");
  }
};
mend(100);
