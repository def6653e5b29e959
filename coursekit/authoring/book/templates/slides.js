"use strict";
(() => {
  const main = document.querySelector("main"), slides = main.querySelector(".slides");
  // reveal.js scales all slides alike. Their shape is the window's, so that text is as
  // large at 4:3 as at 16:9; on a window that is narrower they hold as much as at 4:3.
  const measure = () => {
    const shape = Math.min(16 / 9, innerWidth / innerHeight);
    const height = Math.round(Math.max(720, Math.sqrt(960 * 720 / shape)));
    return { width: Math.round(shape * height), height };
  };
  let size = measure();
  // A slide that is too high is set smaller: nothing is cut off, and a click with Alt (Ctrl
  // on Linux) enlarges what is too small to read.
  const fit = inner => {
    inner.style.fontSize = "";
    for (let font = 0.95; inner.offsetHeight > size.height && font > 0.1; font -= 0.05)
      inner.style.fontSize = `${font}em`;
  };
  const fitAll = () => slides.querySelectorAll(".fit").forEach(fit);

  slides.style.width = `${size.width}px`;
  fitAll(); // before reveal.js hides them
  main.classList.add("reveal");
  Reveal.initialize({
    ...size, margin: 0, maxScale: 6,
    hash: true, hashOneBasedIndex: true, slideNumber: "c/t", controlsTutorial: false,
    transition: "none", backgroundTransition: "none",
    viewDistance: Infinity, mobileViewDistance: Infinity, // so that each can be measured
    pdfSeparateFragments: false,
    // Space on a button or a summary is theirs.
    keyboardCondition: event => !(event.key === " " && event.target.closest("button, summary, a")),
    plugins: [RevealNotes, RevealZoom],
  }).then(() => {
    // As an "application" it would take from screen readers the keys they read with.
    main.removeAttribute("role");
    addEventListener("resize", () => { Reveal.configure(size = measure()); fitAll(); Reveal.layout(); });
    slides.addEventListener("toggle", event => { fit(event.target.closest(".fit")); Reveal.layout(); }, true);
  });
})();
