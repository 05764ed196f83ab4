/* The data of the report, and its points by column. */
const data = JSON.parse(document.getElementById('data').textContent);

/* What the page asks whether it pays off: engines or a pool. "?of=PATH" in the address chooses another
 * of those that the report answers; its answer takes the place of the first. */
const subjects = [data, ...data.others].map(({ of, answer }) => ({ ...of, answer }));
const wantedSubject = new URLSearchParams(window.location.search).get('of');
Object.assign(data, data.others.find(({ of }) => of.path === wantedSubject));
const subject = data.of;
const isAboutEngines = subject.path === 'engine';

const columnsByName = new Map(data.columns.map((column) => [column.name, column]));

/* Unit, meaning and role of a column; a column that has none of its own gets empty ones. */
function columnMeta(name) {
  return columnsByName.get(name) || { name, unit: '', doc: '', of: '' };
}

/* How the values of a column are stored: one for all points, one per point, or the different ones
 * and the index of each point's. */
function columnReader(stored) {
  if (!stored) return () => null;
  const list = stored.number || stored.word;
  if (!list) return () => stored.all;
  return stored.at ? (i) => list[stored.at[i]] : (i) => list[i];
}

function isNumberColumn(stored) {
  return Boolean(stored) && (Boolean(stored.number) || typeof stored.all === 'number');
}

const points = {
  n: data.points.id.length,
  total: data.points.total,
  made: new Map(),

  column(name) {
    if (!this.made.has(name)) {
      const stored = data.points.column[name];
      this.made.set(name, {
        ...columnMeta(name),
        isNumber: isNumberColumn(stored),
        value: columnReader(stored),
      });
    }
    return this.made.get(name);
  },

  has(name) {
    return name in data.points.column;
  },

  id(row) {
    return data.points.id[row];
  },
};

/* What the program computed for a point of the study, or null: only winners and controls have it. */
function designOf(pointId) {
  return (pointId !== null && pointId !== undefined && data.designs[pointId]) || null;
}
