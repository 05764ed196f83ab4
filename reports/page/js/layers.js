/* Charts that are drawn again for the width that they get: canvases for what is many, with an SVG over
 * them for axes and marks. */

/* CSS pixels across a portrait A4 page inside its margins. */
const PAPER_WIDTH = 720;

let onPaper = false;
let themeOnScreen;

/* Canvases are drawn before the style of paper holds: light colours come from the theme. */
window.addEventListener('beforeprint', () => {
  const { dataset } = document.documentElement;
  onPaper = true;
  themeOnScreen = dataset.theme;
  dataset.theme = 'light';
});

window.addEventListener('afterprint', () => {
  const { dataset } = document.documentElement;
  onPaper = false;
  if (themeOnScreen === undefined) delete dataset.theme;
  else dataset.theme = themeOnScreen;
});

/* Calls draw(width) now, and again for another width of the node, another theme, and on paper. */
function drawAtWidth(node, draw) {
  let drawn = 0;
  const redraw = (width) => {
    if (width <= 0) return;
    drawn = width;
    draw(width);
  };
  const now = () => (onPaper ? PAPER_WIDTH : node.clientWidth);
  new ResizeObserver(() => { if (now() !== drawn) redraw(now()); }).observe(node);
  state.on('theme', () => redraw(now()));
  window.addEventListener('beforeprint', () => redraw(PAPER_WIDTH));
  window.addEventListener('afterprint', () => redraw(node.clientWidth));
  redraw(now());
}

/* `names`: a canvas each, from the back to the front. */
function addLayers(parent, names) {
  const box = parent.append('div').attr('class', 'layers');
  const canvases = names.map((name) =>
    box.append('canvas').attr('class', `layer ${name}`).attr('aria-hidden', 'true').node());
  return { box, canvases, svg: box.append('svg') };
}

/* Clears a canvas of this size in CSS pixels; its context draws in CSS pixels. `least`: pixels of the
 * canvas for one of CSS, at least. */
function clearCanvas(canvas, width, height, least = 2) {
  const density = Math.max(least, window.devicePixelRatio || 1);
  canvas.width = Math.round(width * density);
  canvas.height = Math.round(height * density);
  const pen = canvas.getContext('2d');
  pen.scale(density, density);
  return pen;
}

/* A canvas for thousands of lines. A line of at most one pixel of the canvas is drawn twenty times as
 * fast as a wider one, so the canvas is no denser than the screen. */
function clearHairCanvas(canvas, width, height) {
  const pen = clearCanvas(canvas, width, height, 1);
  pen.lineWidth = width / canvas.width;
  return pen;
}

function sizeLayers(layers, width, height) {
  layers.svg.attr('viewBox', `0 0 ${width} ${height}`);
  layers.box.style('aspect-ratio', `${width} / ${height}`);
}

/* A colour of the style sheet, such as '--ink'. */
function cssColour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

/* Calls `act` at most once per frame, with the newest arguments. */
function oncePerFrame(act) {
  let newest = null;
  return (...given) => {
    if (newest === null) {
      requestAnimationFrame(() => {
        const now = newest;
        newest = null;
        act(...now);
      });
    }
    newest = given;
  };
}
