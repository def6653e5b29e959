"""How texts stand out from what is behind them, where axe-core does not look."""

from typing import Any

from coursekit.grading.colours import contrast

#: For each pair of colours of a text and its ground, as #rrggbb: the smallest text, in
#: pixels (bold counts as 9/7, as WCAG has it; a sign that is not read out is a picture,
#: as if it were large), and the beginning of one.
TEXTS = """([ours, theirs]) => {
    const parsed = text => {
        const scale = text.startsWith('color(') ? 255 : 1;
        const [r, g, b, alpha = 1] = text.match(/[\\d.]+/g).map(Number);
        return [r * scale, g * scale, b * scale, alpha];
    };
    const over = ([r, g, b, alpha], below) =>
        [r, g, b].map((part, at) => part * alpha + below[at] * (1 - alpha));
    const grounds = new Map([[null, [255, 255, 255]]]);
    const ground = e => {
        if (!grounds.has(e)) grounds.set(e, over(
            parsed(getComputedStyle(e).backgroundColor), ground(e.parentElement)));
        return grounds.get(e);
    };
    const hex = colour => '#' + colour.map(
        part => Math.round(part).toString(16).padStart(2, '0')).join('');
    const found = {};
    for (const part of document.querySelectorAll(ours)) {
        const texts = document.createTreeWalker(part, NodeFilter.SHOW_TEXT);
        while (texts.nextNode()) {
            const node = texts.currentNode, text = node.data.trim();
            const e = node.parentElement;
            if (!text || e.closest(theirs)) continue;
            const style = getComputedStyle(e), behind = ground(e);
            const pair = hex(over(parsed(style.color), behind)) + ' ' + hex(behind);
            const weight = style.fontWeight >= 700 ? 9 / 7 : 1;
            const size = e.closest('[aria-hidden=true]')
                ? Infinity : parseFloat(style.fontSize) * weight;
            if (!(found[pair]?.[0] <= size)) found[pair] = [size, text.slice(0, 40)];
        }
    }
    return found;
}"""


def faint_texts(page: Any, ours: str, theirs: str, *, large: float = 3) -> list[str]:
    """Return the texts with too little contrast, folded or not.

    Parameters
    ----------
    page : Page
        Of Playwright.
    ours, theirs : str
        Selectors: whose texts are looked at, and what in them is not.
    large : float, default=3
        What a large text, or a sign that is not read out, must reach; others 4.5.
    """
    found = page.evaluate(TEXTS, [ours, theirs])
    assert len(found) >= 2
    return [
        f"{text!r}: {pair}"
        for pair, (size, text) in found.items()
        if contrast(*pair.split()) < (large if size >= 24 else 4.5)
    ]
