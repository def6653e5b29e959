// What the instructor's page and the projector's share. Every text from the board is
// set as text, never as HTML.

export const byId = id => document.getElementById(id);

/** Make an element: make("li", {class: "red"}, "text", child, ...). */
export function make(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value !== null && value !== undefined) element.setAttribute(key, value);
  }
  element.append(...children);
  return element;
}

/** A name with places where it may break: layer_|norm_|forward, Pre|Norm|Block. */
export function breakable(name) {
  const [first, ...others] = name.split(/(?<=_)|(?<=[a-z])(?=[A-Z])/);
  return [first, ...others.flatMap(part => [make("wbr"), part])];
}

/** Change a text only where it differs, so that screen readers are left in peace. */
export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

let offset = 0; // the board's clock minus this computer's, in seconds
export const now = () => Date.now() / 1000 + offset;

export function lasted(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min`;
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}

function clock(seconds) {
  const whole = Math.max(0, Math.ceil(seconds));
  const two = number => String(number).padStart(2, "0");
  const [h, m, s] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  return h ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}

/** Say something to screen readers; what comes fast is said together, every 5 s. */
const waiting = [];
let quietUntil = 0;
export function announce(text) {
  waiting.push(text);
  if (waiting.length > 1) return;
  setTimeout(() => {
    byId("said").textContent = waiting.splice(0).slice(-4).join(" ");
    quietUntil = Date.now() + 5000;
  }, Math.max(50, quietUntil - Date.now()));
}

/** Keep a stream open through lost networks and restarts of the board. */
export function listen(address, take) {
  let source, lastHeard, lost = false;
  const show = bad => {
    setText(byId("link"), bad ? "Not connected: trying again" : "Live");
    byId("link").classList.toggle("bad", bad);
    if (bad !== lost) announce(bad ? "The board does not answer; trying again." : "The board is back.");
    lost = bad;
  };
  const open = () => {
    source?.close();
    lastHeard = Date.now();
    source = new EventSource(address);
    for (const kind of ["all", "some", "alive"]) {
      source.addEventListener(kind, event => {
        lastHeard = Date.now();
        show(false);
        if (kind === "alive") return;
        const told = JSON.parse(event.data);
        offset = told.now - Date.now() / 1000;
        take(told, kind === "all");
      });
    }
    source.onerror = () => show(true);
  };
  open();
  setInterval(() => {
    // a browser gives up after some answers, and a lost network is silent
    const silent = Date.now() - lastHeard > 40000;
    if (silent) show(true);
    if (silent || source.readyState === EventSource.CLOSED) open();
  }, 2000);
}

/** Show the countdown; announce its end once. */
let timer = null, over = true;
export function setTimer(next) {
  if (next && next.ends !== timer?.ends) over = next.ends < now();
  timer = next;
  tick();
}

function tick() {
  const shown = byId("timer");
  shown.hidden = !timer;
  if (!timer) return;
  const left = timer.ends - now();
  setText(shown, left > 0 ? clock(left) : "Time is up");
  shown.classList.toggle("soon", left > 0 && left < 60);
  shown.classList.toggle("over", left <= 0);
  if (left <= 0 && !over) announce("Time is up.");
  if (left <= 0) over = true;
}
setInterval(tick, 250);

export function setTrouble(text) {
  setText(byId("trouble"), text ? `The board cannot save: ${text}` : "");
  byId("trouble").hidden = !text;
}

/** Fill the list of mistakes: "12 of 30: statistics over the batch". */
export function showMistakes(mistakes, most) {
  const list = byId("mistakes"), shown = mistakes.slice(0, most);
  byId("no-mistakes").hidden = shown.length > 0;
  while (list.children.length > shown.length) list.lastChild.remove();
  shown.forEach((one, at) => {
    if (!list.children[at]) {
      list.append(make("li", {}, make("strong"), make("span"), make("span", {class: "muted task"}),
        make("div", {class: "share", "aria-hidden": "true"}, make("i"))));
    }
    const [count, name, task, share] = list.children[at].children;
    setText(count, `${one.count} of ${one.of}: `);
    setText(name, one.name);
    setText(task, ` ${one.task}`);
    share.firstChild.style.width = `${100 * one.count / one.of}%`;
  });
}
