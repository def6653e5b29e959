"use strict";
(() => {
  const slides = [...document.querySelectorAll(".slide")];
  const place = document.getElementById("place");
  const smallest = 0.6;
  let at = 0, notes = null;

  // A slide that is too high is set smaller, down to what can still be read; then it scrolls.
  const fit = () => slides.forEach(slide => {
    const inner = slide.querySelector(".fit");
    inner.style.fontSize = "";
    if (innerWidth < innerHeight) return; // a phone scrolls
    const room = innerHeight * 0.85;
    for (let size = 1; inner.scrollHeight > room && size > smallest; size -= 0.05)
      inner.style.fontSize = `${size - 0.05}em`;
  });

  const speak = () => {
    if (!notes || notes.closed) return;
    const said = slides[at].querySelector(".notes")?.innerHTML ?? "<p>No notes for this slide.</p>";
    const next = slides[at + 1]?.getAttribute("aria-label") ?? "the end";
    notes.document.body.innerHTML = `<p id="where"></p>${said}<hr><p id="next"></p>`;
    notes.document.getElementById("where").textContent = slides[at].getAttribute("aria-label");
    notes.document.getElementById("next").textContent = `Next: ${next}`;
  };
  const arrive = number => {
    at = number;
    place.textContent = `${at + 1} / ${slides.length}`;
    history.replaceState(null, "", `#${at + 1}`);
    speak();
  };
  const go = number => {
    const wanted = Math.max(0, Math.min(slides.length - 1, number));
    slides[wanted].scrollIntoView();
    arrive(wanted);
  };

  const keys = {
    ArrowRight: 1, PageDown: 1, " ": 1, ArrowLeft: -1, PageUp: -1, Home: -Infinity, End: Infinity,
  };
  addEventListener("keydown", event => {
    if (event.altKey || event.ctrlKey || event.metaKey || !(event.key in keys)) return;
    if (event.target.closest("input")) return;
    if (event.key === " " && event.target.closest("button, summary, a")) return;
    event.preventDefault();
    go(at + (event.key === " " && event.shiftKey ? -1 : keys[event.key]));
  });
  document.getElementById("back").addEventListener("click", () => go(at - 1));
  document.getElementById("on").addEventListener("click", () => go(at + 1));
  document.getElementById("speaker").addEventListener("click", () => {
    notes = open("", "speaker", "width=640,height=720");
    if (!notes) return;
    notes.document.title = "Speaker notes";
    notes.document.documentElement.lang = "en";
    notes.document.body.style = "font: 1.2rem/1.5 system-ui, sans-serif; margin: 1.5rem";
    speak();
  });

  // Scrolled by hand, the counter follows: to the slide in the middle of the window.
  const follow = () => {
    const middle = slides.findIndex(slide => slide.getBoundingClientRect().bottom > innerHeight / 2);
    if (middle >= 0 && middle !== at) arrive(middle);
  };

  fit();
  addEventListener("resize", () => { fit(); slides[at].scrollIntoView(); });
  const first = slides.findIndex(slide => `#${slide.id}` === location.hash);
  go(Math.max(0, first));
  addEventListener("scroll", follow, { passive: true });
})();
