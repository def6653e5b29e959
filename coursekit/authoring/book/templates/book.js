"use strict";
(() => {
  const all = (selector, from = document) => [...from.querySelectorAll(selector)];

  // On a phone the contents start folded; a page without script shows them open.
  const menu = document.querySelector(".menu");
  const wide = matchMedia("(min-width: 62rem)");
  const unfold = () => { menu.open = wide.matches; };
  wide.addEventListener("change", unfold);
  unfold();

  // The contents are longer than the window: begin at this page.
  const here = document.querySelector("header nav [aria-current=page]");
  if (here && wide.matches) document.querySelector("header").scrollTop = here.offsetTop - innerHeight / 4;

  // What scrolls sideways can be reached and scrolled by keyboard, and only that.
  const reach = () => all("pre, .scrolls, .formula").forEach(box => {
    if (box.scrollWidth > box.clientWidth + 1) box.tabIndex = 0;
    else box.removeAttribute("tabindex");
  });
  addEventListener("resize", reach);
  document.addEventListener("toggle", reach, true);
  reach();

  // The reader's guess stands beside what was found.
  const guessOf = name => {
    const box = document.querySelector(`.predict[data-guess="${name}"]`);
    const field = box?.querySelector("input:checked, input[type=text]");
    return field?.value.trim() ?? "";
  };
  const compare = place => {
    const guess = guessOf(place.dataset.guess);
    place.textContent = guess ? `You guessed ${guess}. ` : "";
  };
  document.addEventListener("input", () => all(".yours").forEach(compare));

  // Paper cannot unfold anything.
  let folded = [];
  addEventListener("beforeprint", () => {
    folded = all("article details:not([open], .asks > details)");
    folded.forEach(part => { part.open = true; });
  });
  addEventListener("afterprint", () => folded.forEach(part => { part.open = false; }));

  // In the contents: where we are.
  const links = new Map(all(".contents a").map(a => [decodeURIComponent(a.hash.slice(1)), a]));
  const heads = all("article h2, article h3").filter(head => links.has(head.id));
  const locate = () => {
    const passed = heads.filter(head => head.getBoundingClientRect().top < innerHeight / 3);
    links.forEach(link => link.removeAttribute("aria-current"));
    links.get(passed.at(-1)?.id)?.setAttribute("aria-current", "location");
  };
  let waiting = false;
  addEventListener("scroll", () => {
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(() => { waiting = false; locate(); });
  }, { passive: true });
  locate();

  // Search over the headings of all pages: every word must begin a word of page or heading.
  const headings = JSON.parse(document.getElementById("headings").textContent);
  const [field, status, list] = ["search", "found", "results"].map(id => document.getElementById(id));
  const plain = text => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
  const entries = headings.map(row => ({ row, words: ` ${plain(`${row[1]} ${row[0]}`).replace(/[^\p{L}\p{N}_]+/gu, " ")}` }));
  const search = () => {
    const wanted = plain(field.value).match(/[\p{L}\p{N}_]+/gu) ?? [];
    const found = wanted.length ? entries.filter(({ words }) => wanted.every(word => words.includes(` ${word}`))) : [];
    list.replaceChildren(...found.slice(0, 30).map(({ row: [page, heading, address, id] }) => {
      const item = document.createElement("li"), link = document.createElement("a"), where = document.createElement("small");
      link.href = `${document.body.dataset.root}${address}${heading ? `#${encodeURIComponent(id)}` : ""}`;
      link.textContent = heading || page;
      where.textContent = heading ? page : "";
      link.append(where);
      item.append(link);
      return item;
    }));
    status.textContent = !wanted.length ? "" : found.length === 1 ? "1 heading" : `${found.length || "no"} headings`;
  };
  field.addEventListener("input", search);
  field.addEventListener("keydown", event => {
    if (event.key === "Escape") { field.value = ""; search(); }
  });
  document.querySelector(".search").hidden = false;
})();
