"use strict";
// Elements, and what is drawn: skeletons and curves.

const SKELETON = JSON.parse(document.getElementById("skeleton").textContent);

function setAll(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (name === "onclick") node.addEventListener("click", value);
    else if (value === true) node.setAttribute(name, "");
    else if (value !== false && value != null) node.setAttribute(name, value);
  }
  node.append(...children.filter((child) => child != null && child !== ""));
  return node;
}

const make = (tag, attributes = {}, ...children) => setAll(document.createElement(tag), attributes, children);
const draw = (tag, attributes = {}, ...children) =>
  setAll(document.createElementNS("http://www.w3.org/2000/svg", tag), attributes, children);

const score = (hundredths) => (hundredths == null ? "" : (hundredths / 100).toFixed(2));
const counted = (number, noun, plural = noun + "s") => `${number.toLocaleString("en")} ${number === 1 ? noun : plural}`;

function clock(seconds) {
  const minutes = Math.floor(seconds / 60);
  const rest = (seconds - 60 * minutes).toFixed(2).padStart(5, "0");
  return minutes < 60 ? `${minutes}:${rest}` : `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, "0")}:${rest}`;
}

const sideOf = (name) => (name.startsWith("left_") ? "left" : name.startsWith("right_") ? "right" : "centre");

function limbSide([a, b]) {
  const sides = new Set([sideOf(SKELETON.names[a]), sideOf(SKELETON.names[b])]);
  sides.delete("centre");
  return sides.size === 1 ? [...sides][0] : "centre";
}

const LIMBS = SKELETON.edges
  .filter(([a, b]) => !(SKELETON.names[a].endsWith("eye") && SKELETON.names[b].endsWith("eye")))
  .map((edge) => [...edge, limbSide(edge)]);

// The keypoints that count as seen, of one person: a score, then x, y and score of each keypoint.
function skeletonPaths(person, seen) {
  const paths = { left: "", right: "", centre: "" };
  const isSeen = (row) => person[3 * row + 3] >= seen;
  const at = (row) => `${person[3 * row + 1]} ${person[3 * row + 2]}`;
  for (const [a, b, side] of LIMBS) if (isSeen(a) && isSeen(b)) paths[side] += `M${at(a)}L${at(b)}`;
  SKELETON.names.forEach((name, row) => {
    if (isSeen(row)) paths[sideOf(name)] += `M${at(row)}h0`;
  });
  return paths;
}

function skeleton(people, row) {
  const picture = draw("svg", { class: "skeleton", viewBox: `0 0 ${row.width} ${row.height}`, "aria-hidden": "true" });
  for (const person of people) {
    const paths = skeletonPaths(person, row.seen);
    picture.append(draw("path", { class: "rim", d: paths.left + paths.right + paths.centre }));
    for (const side of ["centre", "right", "left"]) picture.append(draw("path", { class: side, d: paths[side] }));
  }
  return picture;
}

// A curve of columns with their lowest score (null without people) and state: o, e (somebody missing), f (failed).
function curve(low, state, changed) {
  const d = { score: "", empty: "", failed: "", changed: "" };
  low.forEach((value, place) => {
    if (value != null) d.score += `M${place} 100V${100 - Math.max(2, value)}h1V100z`;
    if (state[place] !== "o") d[state[place] === "f" ? "failed" : "empty"] += `M${place} 100V${value == null ? 0 : 88}h1V100z`;
  });
  for (const place of changed) d.changed += `M${place + 0.5} 0V100`;
  return draw(
    "svg",
    { class: "curve", viewBox: `0 0 ${Math.max(1, low.length)} 100`, preserveAspectRatio: "none", "aria-hidden": "true" },
    ...["score", "empty", "failed", "changed"].map((kind) => draw("path", { class: kind, d: d[kind] })),
    draw("path", { class: "cursor", d: "" }),
  );
}

function setCursor(picture, place, width) {
  picture.querySelector(".cursor").setAttribute("d", place == null ? "" : `M${((place + 0.5) / width) * picture.viewBox.baseVal.width} 0v100`);
}

function scoresOf(people) {
  const scores = people.map(([first]) => score(first)).join(", ");
  return people.length > 1 ? `${people.length} people · scores ${scores}` : `score ${scores}`;
}

function wordsOf(column) {
  const parts = [`frame ${column.frame}`];
  if (column.time != null) parts.push(clock(column.time));
  if (column.low != null) parts.push(scoresOf(column.people));
  if (column.frames) parts.push(`lowest of frames ${column.first} to ${column.last}`);
  if (column.empty) parts.push(column.frames ? `${column.empty} without people` : "nobody");
  if (column.failed) parts.push(column.frames ? `${column.failed} failed: ${column.reason}` : `failed: ${column.reason}`);
  if (column.changed) parts.push("subject changed");
  return parts.join(" · ");
}
