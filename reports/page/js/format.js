/* Numbers as the program prints them (quantity_text in base/field.c), and the colour of a model. */

const PREFIXES = [
  ['E', 18], ['P', 15], ['T', 12], ['G', 9], ['M', 6], ['k', 3],
  ['', 0], ['m', -3], ['u', -6], ['n', -9], ['p', -12],
].map(([text, ten]) => ({ text, ten }));

/* Prefixes from 10^low to 10^high; k only if `kilo`. */
const STYLES = new Map([
  ['1', { low: 0, high: 18, kilo: false }],
  ['mm2', { low: 0, high: 0, kilo: false }],
  ['FLOP/B', { low: 0, high: 18, kilo: false }],
  ['s', { low: -12, high: 0, kilo: false }],
  ['W', { low: -12, high: 18, kilo: true }],
  ['J', { low: -12, high: 18, kilo: true }],
  ['B/s', { low: 0, high: 18, kilo: true }],
  ['FLOP/s', { low: 0, high: 18, kilo: true }],
  ['B', { low: 0, high: 18, kilo: true }],
  ['FLOP', { low: 0, high: 18, kilo: true }],
]);

/* Whole numbers of up to this many digits are printed in full. */
const PLAIN_DIGITS = 6;

function styleOf(unit) {
  return STYLES.get(unit || '1') || STYLES.get(unit.split('/')[0]) || STYLES.get('1');
}

/* Like C's "%.*g". */
function general(value, digits) {
  if (value === 0) return '0';
  const [mantissa, exponent] = value.toExponential(digits - 1).split('e');
  const ten = Number(exponent);
  if (ten < -4 || ten >= digits) {
    const short = mantissa.includes('.') ? mantissa.replace(/\.?0+$/, '') : mantissa;
    return `${short}e${ten < 0 ? '-' : '+'}${String(Math.abs(ten)).padStart(2, '0')}`;
  }
  const fixed = value.toFixed(Math.max(0, digits - 1 - ten));
  return fixed.includes('.') ? fixed.replace(/\.?0+$/, '') : fixed;
}

/* The largest prefix that leaves a number of at least 1, else the smallest prefix. */
function prefixFor(style, ten) {
  const usable = PREFIXES.filter(
    (p) => p.ten >= style.low && p.ten <= style.high && (p.ten !== 3 || style.kilo));
  return usable.find((p) => p.ten <= ten) || usable[usable.length - 1];
}

/* "12 TB/s", "49.6 ms", "2112". A text is returned as it is, nothing becomes a dash. */
function quantity(value, unit = '', digits = 3) {
  if (value === null || value === undefined) return '–';
  if (typeof value !== 'number') return String(value);
  if (!Number.isFinite(value)) return Number.isNaN(value) ? '–' : value < 0 ? '-inf' : 'inf';
  const style = styleOf(unit);
  const [mantissa, exponent] = value.toExponential(digits - 1).split('e');
  const ten = Number(exponent);
  const prefix = prefixFor(style, ten);
  const inFull = prefix.ten === 0 && ten >= digits && ten < PLAIN_DIGITS;
  const shown = inFull ? value : Number(`${mantissa}e${ten - prefix.ten}`);
  const number = general(shown + 0, inFull ? ten + 1 : Math.max(digits, 3));
  const written = unit === '1' ? '' : unit || '';
  const gap = prefix.text && /^[a-z]{2}/.test(written) ? ' ' : '';
  return written || prefix.text ? `${number} ${prefix.text}${gap}${written}` : number;
}

/* Units that are a thing to count: the heading beside a number has them. */
const COUNTED_UNITS = ['tokens', 'requests', 'devices'];

/* The unit to print beside a name, which says itself what is counted, and that it is "per s". */
function unitBeside(unit) {
  return COUNTED_UNITS.includes(unit) || unit === '1/s' ? '1' : unit;
}

/* The word that a number stands for, such as auto for 0; empty if it is a number. */
function wordOf(name, value) {
  const { words } = columnMeta(name);
  return (words && typeof value === 'number' && words[value]) || '';
}

/* A value beside the name of its column. */
function columnText(name, value, digits = 3) {
  if (wordOf(name, value)) return wordOf(name, value);
  return quantity(value, unitBeside(columnMeta(name).unit), digits);
}

function percent(share, digits = 1) {
  return share === null || share === undefined || !Number.isFinite(share)
    ? '–' : `${general(Number((100 * share).toFixed(digits)), 6)} %`;
}

/* A ratio such as P: two digits after the point below ten. */
function ratio(value) {
  if (value === null || value === undefined || !Number.isFinite(value)) return '–';
  return Math.abs(value) < 10 ? value.toFixed(2) : general(value, 3);
}

/* Endings of names that the printed unit says again. */
const NAME_ENDINGS = [
  [/_byte_per_s$/, ' bandwidth'], [/_flop_per_s$/, ' peak'], [/_flop_per_byte$/, ''],
  [/^energy_j_per_/, 'energy per '], [/_j_per_/, ' energy per '],
  [/^usd_per_mtok/, 'price per Mtok'], [/_usd_per_/, ' price per '],
  [/_per_s_per_/, ' per s per '], [/_per_s$/, ' per s'], [/_(s|byte|usd|mm2|w|hz|nm)$/, ''],
];

const SPOKEN_WORDS = new Map(['tpot', 'ttft', 'kv', 'tp', 'dp', 'ep', 'pp', 'cp', 'slo', 'usd', 'tdp',
  'hbm', 'fp8', 'fp4'].map((word) => [word, word.toUpperCase()]));

/* "chip.memory_byte_per_s" and "chip_memory_byte_per_s" -> "chip memory bandwidth". */
function plainName(name) {
  const path = name.replace(/\./g, '_');
  const [ending, word] = NAME_ENDINGS.find(([end]) => end.test(path)) || ['', ''];
  return path.replace(ending, word).split(/[_ ]/)
    .map((part) => SPOKEN_WORDS.get(part) || part).join(' ').trim();
}

/* The same without the part that it belongs to: "workload_context" -> "context". */
function shortName(name) {
  return plainName(name).replace(/^(workload|chip|engine|plan|model|precision) (?=.)/, '');
}

/* The palette of Okabe and Ito, which colour-blind readers can tell apart; a symbol for each, so that
 * nothing relies on colour alone. Past its end the symbols move on, so that no pair comes twice. */
const MODEL_COLOURS = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#e69f00', '#56b4e9', '#7a7a7a',
  '#8c6d31'];
const MODEL_SYMBOLS = [d3.symbolCircle, d3.symbolSquare, d3.symbolTriangle, d3.symbolDiamond,
  d3.symbolCross, d3.symbolStar, d3.symbolWye];

function modelNames() {
  const names = new Set();
  const model = points.column('model');
  for (let i = 0; i < points.n; i++) names.add(model.value(i));
  data.payoff.groups.forEach((group) => names.add(group.model));
  return [...names].filter(Boolean).sort();
}

const models = modelNames();
const modelIndex = new Map(models.map((name, i) => [name, i]));

function modelColour(name) {
  return modelIndex.has(name) ? MODEL_COLOURS[modelIndex.get(name) % MODEL_COLOURS.length] : '#999999';
}

/* A D3 symbol type. */
function modelSymbol(name) {
  const i = modelIndex.get(name) || 0;
  return MODEL_SYMBOLS[(i + Math.floor(i / MODEL_COLOURS.length)) % MODEL_SYMBOLS.length];
}

/* The SVG path of the symbol of a model, `size` in square pixels. */
function modelMark(name, size = 64) {
  return d3.symbol().type(modelSymbol(name)).size(size)();
}
