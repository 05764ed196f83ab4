/* What is cut or overlaps on a page as it is laid out now; an expression whose value is a list of
 * sentences. Tables and code may scroll in a box of their own; the page may not. */
(() => {
  const faults = [];
  const SLACK = 1.5; /* pixels: rounding, and glyphs that reach over their box */
  const root = document.documentElement;
  const isSeen = (element) => element.checkVisibility({ checkOpacity: true, checkVisibilityCSS: true });
  const textOf = (element) => element.textContent.trim().replace(/\s+/g, ' ');
  const where = (element) => {
    const section = element.closest('section');
    return `${section ? `#${section.id} ` : ''}"${textOf(element).slice(0, 60)}"`;
  };

  if (root.scrollWidth > root.clientWidth) {
    const widest = [...document.body.querySelectorAll('*')].filter(isSeen)
      .filter((one) => one.getBoundingClientRect().right > root.clientWidth + SLACK
        && !one.closest('.scroll, svg')).pop();
    faults.push(`the page scrolls sideways: ${root.scrollWidth} of ${root.clientWidth} pixels, ${
      widest ? `${widest.tagName}.${widest.className} ${where(widest)}` : ''}`);
  }

  /* Text of a drawing lies inside the drawing. */
  const labels = [...document.querySelectorAll('svg text')].filter((one) => isSeen(one) && textOf(one));
  labels.forEach((label) => {
    const box = label.getBoundingClientRect();
    const frame = label.closest('svg').getBoundingClientRect();
    if (box.left < frame.left - SLACK || box.right > frame.right + SLACK
      || box.top < frame.top - 2 * SLACK || box.bottom > frame.bottom + 2 * SLACK) {
      faults.push(`cut: ${where(label)}`);
    }
  });

  /* No two labels of an axis overlap, nor an axis and its title. Glyphs fill about 3/4 of their box. */
  const glyphs = (label) => {
    const { left, right, top, bottom } = label.getBoundingClientRect();
    const spare = (bottom - top) / 8;
    return { left, right, top: top + spare, bottom: bottom - spare };
  };
  const overlap = (a, b) => Math.min(a.right, b.right) - Math.max(a.left, b.left) > SLACK
    && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > SLACK;
  document.querySelectorAll('svg').forEach((drawing) => {
    const own = labels.filter((label) => label.closest('svg') === drawing && !label.closest('.rings'));
    own.forEach((a, i) => own.slice(i + 1).forEach((b) => {
      if (overlap(glyphs(a), glyphs(b))) faults.push(`overlap: ${where(a)} and "${textOf(b)}"`);
    }));
  });

  /* Text outside of drawings: not wider than its box where the rest is hidden, and inside the window. */
  document.querySelectorAll('body *').forEach((element) => {
    const own = [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
    if (!own || element.closest('svg, script, style, .skip') || !isSeen(element)) return;
    const { overflowX } = getComputedStyle(element);
    if (overflowX !== 'visible' && overflowX !== 'auto' && element.scrollWidth > element.clientWidth + SLACK) {
      faults.push(`cut: ${where(element)}`);
    }
    const box = element.getBoundingClientRect();
    const scrolls = element.closest('.scroll') || element.parentElement.closest('.scroll');
    if (!scrolls && (box.right > root.clientWidth + SLACK || box.left < -SLACK)) {
      faults.push(`outside of the window: ${where(element)}`);
    }
  });
  document.querySelectorAll('input:not([type=range], [type=checkbox])').forEach((field) => {
    if (isSeen(field) && field.scrollWidth > field.clientWidth + SLACK) {
      faults.push(`cut in its field: "${field.value || field.placeholder}"`);
    }
  });
  return faults;
})()
