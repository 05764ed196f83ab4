/* The changed study as a file for `dse sweep`. */

const PARTS_WITH_BASE = new Set(['model', 'chip', 'engine']);

/* Is a path in a study the same parameter? Its "_s" at the end may be left out. */
function isSamePath(path, written) {
  return written === path || `${written}_s` === path;
}

/* Removes what a map says of a parameter; `before`: what goes before the keys of the map. */
function removePath(map, path, before = '') {
  Object.keys(map).filter((key) => isSamePath(path, before + key)).forEach((key) => delete map[key]);
}

/* Puts a value at its path. A part that is a name becomes the base of a mapping; an axis of the same
 * path goes, since the value is now fixed. */
function putValue(tree, path, text) {
  if (tree.sweep) removePath(tree.sweep, path);
  const dot = path.indexOf('.');
  if (dot < 0) {
    tree[path] = text;
    return;
  }
  const section = path.slice(0, dot);
  const before = tree[section];
  if (PARTS_WITH_BASE.has(section) && typeof before === 'string') tree[section] = { base: before };
  else if (typeof before !== 'object') tree[section] = before === undefined ? {} : { base: before };
  removePath(tree[section], path, `${section}.`);
  removeNested(tree[section], path.slice(dot + 1));
  tree[section][path.slice(dot + 1)] = text;
}

/* {prefill: {tp: 8}} says the same as {"prefill.tp": 8}: one of them has to go. */
function removeNested(map, path) {
  const dot = path.indexOf('.');
  const inner = map[path.slice(0, dot)];
  if (dot > 0 && inner && typeof inner === 'object') delete inner[path.slice(dot + 1)];
}

function yamlScalar(text) {
  return /^[A-Za-z0-9_./+-][A-Za-z0-9_./+ -]*$/.test(text) && text.trim() === text
    ? text : JSON.stringify(text);
}

/* Lists of scalars and empty maps on one line, the rest indented. */
function yamlLines(value, indent) {
  if (Array.isArray(value) && value.every((item) => typeof item === 'string')) {
    return [`${indent}[${value.map(yamlScalar).join(', ')}]`];
  }
  if (Array.isArray(value)) {
    return value.flatMap((item) => yamlLines(item, `${indent}  `)
      .map((line, i) => (i === 0 ? `${indent}- ${line.trimStart()}` : line)));
  }
  return Object.entries(value).flatMap(([key, item]) => yamlEntry(key, item, indent));
}

function yamlEntry(key, value, indent) {
  const name = `${indent}${yamlScalar(key)}:`;
  if (typeof value === 'string') return [`${name} ${yamlScalar(value)}`];
  const lines = yamlLines(value, `${indent}  `);
  if (lines.length === 0) return [`${name} {}`];
  if (lines.length === 1 && Array.isArray(value)) return [`${name} ${lines[0].trimStart()}`];
  return [name, ...lines];
}

function changedStudyYaml() {
  const tree = studyWithLimits();
  whatIf.changes.forEach(({ item, text }) => {
    if (item.kind !== 'limit') putValue(tree, item.path, text);
  });
  const changes = [...whatIf.changes.values()].map(
    ({ item, text }) => `# ${item.path}: ${text} (was ${item.text})`);
  return [`# Made from the page of ${data.run.name}:`, ...changes, ...yamlLines(tree, ''), ''].join('\n');
}

/* Offers a text as a file. */
function download(name, text, type) {
  const url = URL.createObjectURL(new Blob([text], { type }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 1000);
}
