/* What can be changed: every parameter of the study's design, every price, and its limits. An item is
 * {kind, path, section, unit, doc, low, high, whole, words, text, value, log}: `text` is the value as
 * shown, `value` a number, or null where the study sweeps or says a word. */

const SECTION_ORDER = ['first', 'prices', 'chip', 'engine', 'workload', 'plan', 'precision', 'pools',
  'model', 'other'];

/* So many of the constants that move P most come first. */
const FIRST_CONSTANTS = 8;

/* The map has a column for each of these: there is nothing to change. */
const onTheMap = new Set(data.payoff.by);

function valueText(parameter) {
  if (parameter.axis) {
    const ends = d3.extent(parameter.axis);
    return typeof ends[0] === 'number'
      ? `${quantity(ends[0], parameter.unit, 6)} – ${quantity(ends[1], parameter.unit, 6)}`
      : parameter.axis.join(', ');
  }
  return quantity(parameter.value, parameter.unit, 6);
}

function parameterItem(parameter) {
  const dot = parameter.path.indexOf('.');
  const section = dot < 0 ? 'other' : parameter.path.slice(0, dot);
  return {
    ...parameter,
    kind: 'parameter',
    section: SECTION_ORDER.includes(section) ? section : 'other',
    text: valueText(parameter),
    value: typeof parameter.value === 'number' && !parameter.axis ? parameter.value : null,
  };
}

function priceItem(price) {
  return {
    ...price,
    kind: 'price',
    section: 'prices',
    value: price.middle,
    text: quantity(price.middle, price.unit, 6),
    low: Math.min(price.low, price.middle) / 4,
    high: Math.max(price.high, price.middle) * 4,
  };
}

/* "tpot_s <= 50 ms" */
function limitItem(text, index) {
  const [, metric, relation, limit] = text.match(/^\s*([\w.]+)\s*(<=|>=|<|>)\s*(.*)$/) || [];
  if (!metric) return null;
  const meta = columnMeta(metric);
  return {
    kind: 'limit',
    path: metric,
    index,
    metric,
    relation,
    section: 'first',
    unit: meta.unit,
    doc: meta.doc,
    low: 0,
    high: Infinity,
    text: limit,
    value: Number.isFinite(Number(limit)) ? Number(limit) : null,
  };
}

/* How far each constant moves P, at most over all cells. */
function swingByConstant() {
  const swing = ({ payoff_low_end: low, payoff_high_end: high }) => Math.abs(Math.log(high / low)) || 0;
  const largest = new Map();
  data.swings.forEach((row) => largest.set(
    row.constant, Math.max(swing(row), largest.get(row.constant) || 0)));
  return largest;
}

/* Paths of what a person asks about first: what the study sweeps, and what moves P most. */
function firstPaths() {
  const swing = swingByConstant();
  const prices = data.prices.map(({ path }) => path)
    .filter((path) => swing.has(path.replace('prices.', '')))
    .sort((a, b) => swing.get(b.replace('prices.', '')) - swing.get(a.replace('prices.', '')));
  const swept = data.parameters.filter(({ axis }) => axis).map(({ path }) => path);
  return new Set([...prices.slice(0, FIRST_CONSTANTS), ...swept, 'workload.tpot_s']);
}

function changeableItems() {
  const limits = data.constraints.map(limitItem).filter(Boolean);
  const parameters = data.parameters.filter(({ path }) => !onTheMap.has(path.replace(/\./g, '_')))
    .map(parameterItem);
  const first = firstPaths();
  return [...limits, ...data.prices.map(priceItem), ...parameters]
    .map((item) => (first.has(item.path) ? { ...item, section: 'first' } : item));
}

/* Is it one of some words? Other parameters with words, such as auto, take numbers too. */
function isChoice(item) {
  return Boolean(item.words) && item.low === null;
}

/* The ends of a slider: around the value, or those of the axis, within what is allowed. */
function sliderScale(item) {
  const values = item.axis && typeof item.axis[0] === 'number' ? item.axis : [item.value];
  const [low, high] = d3.extent(values);
  if (isChoice(item) || low === null || low === undefined || !(low >= 0) || high === 0) return null;
  const floor = item.low > 0 ? item.low : 0;
  const ceiling = Number.isFinite(item.high) ? item.high : Infinity;
  const from = Math.max(floor, low / 4);
  const to = Math.min(ceiling, high * 4);
  if (!(to > from) || !(from > 0)) return null;
  return d3.scaleLog().domain([from, to]).range([0, 1000]).clamp(true);
}

/* Where the slider stands until it is moved: at the value, or amid what the study sweeps. */
function sliderHome(item) {
  return item.axis ? Math.sqrt(d3.min(item.axis) * d3.max(item.axis)) : item.value;
}

function sliderText(item, position, scale) {
  const value = scale.invert(position);
  return item.whole ? String(Math.round(value)) : String(Number(value.toPrecision(4)));
}

const items = changeableItems();
