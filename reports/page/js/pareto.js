/* The Pareto front of two columns, and its knee. Idea: sorted by the first column, best first, a point
 * is on the front if it improves the second. Invariant: no feasible point dominates one of the front;
 * points that are equal in both columns are all on it. An axis is {value(row), sense: 1 | -1}. */

function frontRows(rows, x, y) {
  const goodness = (axis, row) => axis.sense * axis.value(row);
  const sorted = rows.filter((row) => x.value(row) !== null && y.value(row) !== null)
    .sort((a, b) => goodness(x, b) - goodness(x, a) || goodness(y, b) - goodness(y, a));
  const front = [];
  let last = null;
  sorted.forEach((row) => {
    const isBetter = last === null || goodness(y, row) > goodness(y, last);
    const isEqual = last !== null && x.value(row) === x.value(last)
      && y.value(row) === y.value(last);
    if (isBetter || isEqual) front.push(row);
    if (isBetter) last = row;
  });
  return front;
}

/* 0 at the worst end of a front, 1 at its best; in logarithms on a log axis. */
function normalised(front, axis) {
  const level = (row) => (axis.log ? Math.log(axis.value(row)) : axis.value(row));
  const [low, high] = d3.extent(front, level);
  return (row) => (axis.sense > 0 ? level(row) - low : high - level(row)) / (high - low);
}

/* The point farthest from the line between the ends, on the side of better values; null if there is
 * none. */
function kneeOf(front, x, y) {
  if (front.length < 3) return null;
  const [u, v] = [normalised(front, x), normalised(front, y)];
  const gain = (row) => u(row) + v(row) - 1;
  const at = d3.scan(front, (a, b) => gain(b) - gain(a));
  return gain(front[at]) > 1e-9 ? front[at] : null;
}
