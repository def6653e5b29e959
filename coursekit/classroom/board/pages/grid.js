// The table of learners by tasks; it changes only the cells that changed.
import {breakable, make, setText} from "./common.js";

export const STATUS = {
  pass: ["✓", "done"], fail: ["✗", "not yet"], error: ["!", "error"],
  todo: ["○", "started"], skipped: ["–", "not yet"], unjudged: ["?", "not checked"],
};
const ROOMY = 9; // columns
const STEPS = {ArrowDown: 1, ArrowUp: -1, Home: -Infinity, End: Infinity};

export function points(cell) {
  return cell.points === null ? "–" : `${cell.points}/${cell.out_of}`;
}

function inWords(cell) {
  const told = cell.points === null ? "no score" : `${cell.points} of ${cell.out_of} points`;
  const tries = cell.tries === 1 ? "1 try" : `${cell.tries} tries`;
  const mistakes = cell.status === "pass" ? [] : cell.mistakes;
  return [STATUS[cell.status][1], told, tries, ...mistakes].join(", ");
}

export class Grid {
  constructor(table, open) {
    this.table = table;
    this.open = open; // called with a learner's id
    this.lessons = {};
    this.columns = [];
    this.rows = new Map(); // id -> {tr, name, cells: task -> td, told: task -> text}
    table.tBodies[0].addEventListener("keydown", event => this.move(event));
    table.tBodies[0].addEventListener("focusin", event => this.reach(event.target));
  }

  setColumns(columns) {
    this.columns = columns.map((one, at) =>
      ({...one, edge: one.exercise !== columns[at - 1]?.exercise ? "begins" : null}));
    const lessons = make("tr", {},
      make("th", {scope: "col", rowspan: 2, class: "corner"}, "Learner"));
    for (const [name, title] of Object.entries(this.lessons)) {
      const width = columns.filter(one => one.exercise === name).length;
      if (width) lessons.append(
        make("th", {scope: "colgroup", colspan: width, class: "lesson", title}, title));
    }
    const tasks = make("tr", {}, ...this.columns.map(one =>
      make("th", {scope: "col", class: one.edge ? "task begins" : "task"},
        make("span", {}, ...breakable(one.name)))));
    this.totals = this.columns.map(one => make("td", {class: one.edge}));
    const totals = make("tr", {class: "totals"}, make("th", {scope: "row"}, "Done"),
      ...this.totals);
    // one lesson leaves room for what is wrong
    this.table.classList.toggle("roomy", columns.length <= ROOMY);
    this.table.tHead.replaceChildren(lessons, tasks, totals);
    this.table.tBodies[0].replaceChildren();
    this.rows.clear();
  }

  newRow(id) {
    const name = make("button", {type: "button", class: "name", tabindex: -1},
      make("span"), make("span", {class: "who"}));
    name.addEventListener("click", () => this.open(id));
    const cells = new Map(this.columns.map(one => [one.name, make("td", {class: one.edge})]));
    const tr = make("tr", {}, make("th", {scope: "row"}, name), ...cells.values());
    const row = {tr, name, cells, told: new Map()};
    this.rows.set(id, row);
    return row;
  }

  /** Draw one learner; what is fresh lights up for a moment. */
  draw(one, fresh) {
    const row = this.rows.get(one.id) ?? this.newRow(one.id);
    const [flag, who] = row.name.children;
    setText(who, one.name);
    setText(flag, {red: "⚑ ", green: "⚐ "}[one.flag] ?? "");
    flag.className = `flag ${one.flag ?? ""}`;
    row.name.setAttribute("aria-label",
      [one.name, ...(one.flag ? [`${one.flag} flag`] : []), ...(one.left ? ["left"] : [])].join(", "));
    row.tr.classList.toggle("left", one.left);
    for (const [task, cell] of Object.entries(one.cells)) {
      const td = row.cells.get(task), told = inWords(cell);
      if (!td || row.told.get(task) === told) continue;
      row.told.set(task, told);
      this.drawCell(td, cell, told, fresh);
    }
  }

  drawCell(td, cell, told, fresh) {
    const begins = td.classList.contains("begins") ? " begins" : "";
    td.className = cell.status + begins + (fresh ? " fresh" : "");
    td.title = told;
    const tries = cell.status !== "pass" && cell.tries > 1;
    td.replaceChildren(
      make("span", {"aria-hidden": "true"}, STATUS[cell.status][0],
        ...(tries ? [make("small", {}, String(cell.tries))] : []),
        make("span", {class: "why"}, cell.status === "pass" ? "" : cell.mistakes[0] ?? "")),
      make("span", {class: "unseen"}, told));
    if (fresh) setTimeout(() => td.classList.remove("fresh"), 2500);
  }

  /** By name; who left comes last. Rows stay where they are as long as nobody joins. */
  sort(learners) {
    const body = this.table.tBodies[0];
    learners.sort((a, b) => a.left - b.left
      || a.name.localeCompare(b.name, undefined, {numeric: true}) || a.id - b.id);
    learners.forEach((one, at) => {
      const {tr} = this.rows.get(one.id);
      if (body.children[at] !== tr) body.insertBefore(tr, body.children[at] ?? null);
    });
    this.reach();
  }

  /** Let exactly one name be reached by the tab key: the one that was focused last. */
  reach(name = this.table.querySelector(".name[tabindex='0']")
      ?? this.table.querySelector(".name")) {
    for (const one of this.table.querySelectorAll(".name")) one.tabIndex = one === name ? 0 : -1;
  }

  /** Write how many are done with each task. */
  total(learners) {
    this.columns.forEach((column, at) => {
      const done = learners.filter(one => one.cells[column.name]?.status === "pass").length;
      setText(this.totals[at], done ? String(done) : "");
    });
  }

  /** Scroll a lesson to where the columns begin. */
  show(exercise) {
    const at = this.columns.findIndex(one => one.exercise === exercise);
    const [lessons, tasks] = this.table.tHead.rows;
    if (at < 0) return;
    const begin = lessons.cells[0].getBoundingClientRect().right;
    this.table.parentElement.scrollLeft += tasks.cells[at].getBoundingClientRect().left - begin;
  }

  drop(id) {
    this.rows.get(id)?.tr.remove();
    this.rows.delete(id);
    this.reach();
  }

  /** The id of the learner whose name has the focus, if one has. */
  focused() {
    return [...this.rows].find(([, row]) => row.name === document.activeElement)?.[0];
  }

  focus(id) {
    (this.rows.get(id)?.name ?? this.table.querySelector(".name"))?.focus();
  }

  move(event) {
    const names = [...this.table.querySelectorAll(".name")];
    const step = STEPS[event.key], at = names.indexOf(document.activeElement);
    if (!step || at < 0) return;
    event.preventDefault();
    names[Math.min(Math.max(at + step, 0), names.length - 1)].focus();
  }
}
