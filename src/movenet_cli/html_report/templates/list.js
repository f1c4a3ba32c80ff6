// The list of inputs: filtered, ordered, drawn as far as one has scrolled, and moved about in with the keyboard.

const PAGE = 60;
const MOST_PRINTED = 500;
const ROWS = FILES.rows.flatMap((name) => {
  const text = embedded(name);
  const found = text ? JSON.parse(text) : window.movenetData?.[name];
  if (!found) document.getElementById("missing").hidden = false;
  return found ?? [];
});

const isFailed = (row) => Boolean(row.reasons || row.failed);
const isEmpty = (row) => row.media && row.frames > row.failed && row.score == null;
const KINDS = {
  all: ["all", () => true],
  failed: ["failed", isFailed],
  empty: ["nobody in it", isEmpty],
  gaps: ["gaps", (row) => row.media === "video" && row.score != null && row.empty + row.failed > 0],
  changed: ["subject changed", (row) => row.changed > 0],
  noted: ["notes", (row) => Boolean(row.notes)],
};

const byName = new Intl.Collator("en", { numeric: true });
const compareNames = (a, b) => byName.compare(a.name, b.name) || a.id - b.id;
const share = (row, count) => (row.frames ? row[count] / row.frames : 0);
const lowest = (row) => row.score ?? 101;
const rank = (row) => (!row.media && row.reasons ? 0 : row.failed ? 1 : row.score != null ? 2 : 3);
const ORDERS = {
  worst: (a, b) => rank(a) - rank(b) || share(b, "failed") - share(a, "failed") || lowest(a) - lowest(b),
  score: (a, b) => lowest(a) - lowest(b),
  failed: (a, b) => (rank(a) && 1) - (rank(b) && 1) || share(b, "failed") - share(a, "failed"),
  changed: (a, b) => (b.changed ?? 0) - (a.changed ?? 0) || lowest(a) - lowest(b),
  empty: (a, b) => share(b, "empty") - share(a, "empty"),
  name: () => 0,
};

function peopleWords(row) {
  if (!row.most) return "nobody";
  if (row.people) return scoresOf(row.people);
  return row.most === 1 ? `score ${score(row.score)}` : `${row.most} people · lowest score ${score(row.score)}`;
}

function facts(row) {
  if (!row.media) return "";
  const size = `${row.width} × ${row.height}`;
  if (row.media === "image") return `${size} · ${row.most ? counted(row.most, "person", "people") : "nobody"}`;
  const parts = [counted(row.frames, "frame"), size];
  if (row.most > 1) parts.push(`up to ${row.most} people`);
  if (row.empty) parts.push(`${row.empty.toLocaleString("en")} without people`);
  return parts.join(" · ");
}

function badges(row) {
  const found = [];
  if (!row.media && row.reasons) found.push(["bad", "failed"]);
  if (row.failed) found.push(["bad", row.media === "image" ? "failed" : `${counted(row.failed, "frame")} failed`]);
  if (isEmpty(row)) found.push(["quiet", "nobody"]);
  if (row.changed) found.push(["warm", `subject changed ${row.changed}×`]);
  if (row.stale) found.push(["warm", "file changed since"]);
  return found.map(([kind, words]) => make("span", { class: `badge ${kind}` }, words));
}

const remarks = (row) => [...(row.reasons ?? []), ...(row.notes ?? [])].map((text) => make("span", {}, text));

function linksOf(row) {
  const links = [["input", row.input], ["overlay", row.overlay]];
  return links.flatMap(([words, href]) => (href ? [make("a", { href, target: "_blank", rel: "noopener" }, words)] : []));
}

// A name that breaks after the slashes of its folders.
function nameElement(row) {
  const words = row.name.split(/(?<=\/)/).flatMap((part) => [part, document.createElement("wbr")]);
  return row.input
    ? make("a", { class: "name", href: row.input, target: "_blank", rel: "noopener" }, ...words)
    : make("span", { class: "name", title: "its file is not where it was" }, ...words);
}

function thumbnail(row) {
  const source = thumbnailOf(row);
  const picture = make("span", { class: "picture" });
  picture.style.setProperty("--shape", `${row.width} / ${row.height}`);
  picture.style.setProperty("--ratio", row.width / row.height);
  if (source) picture.append(make("img", { src: source, alt: "", loading: FILES.folder && "lazy", decoding: "async" }));
  if (row.people) picture.append(skeleton(row.people, row));
  return picture;
}

function rowElement(row) {
  const look = make("button", { type: "button", class: "look", "aria-label": `Look at ${row.name}`, onclick: () => list.look(row) });
  if (row.media) look.append(thumbnail(row));
  const overlay = row.overlay ? make("a", { href: row.overlay, target: "_blank", rel: "noopener" }, "overlay") : "";
  const what = make("div", { class: "what" }, make("div", { class: "first" }, nameElement(row), ...badges(row)),
    make("div", { class: "facts" }, facts(row), overlay), make("div", { class: "reasons" }, ...remarks(row)));
  const course = make("div", { class: "course" });
  if (row.strip) {
    const told = make("span", { class: "told" });
    const picture = curve(row.strip.low, row.strip.state, row.strip.changed);
    followCursor(picture, row, (words) => (told.textContent = words ?? ""), (place) => list.look(row, place));
    course.append(picture, told);
  }
  const element = make("li", { class: row.media ? `row ${row.media}` : "row", "data-id": row.id },
    look, what, course, make("div", { class: "score", title: "lowest score of a person" }, score(row.score)));
  element.addEventListener("focusin", () => (list.current = row));
  return element;
}

const list = {
  element: document.getElementById("rows"),
  kind: "all",
  shown: [],
  current: null,

  start() {
    const byId = (id) => document.getElementById(id);
    ROWS.sort(compareNames);
    this.makeChips();
    byId("tools").addEventListener("submit", (event) => event.preventDefault());
    for (const id of ["name", "from", "to", "order"]) byId(id).addEventListener("input", () => this.update());
    byId("pictures").addEventListener("change", (event) => this.element.classList.toggle("pictures", event.target.checked));
    const more = byId("more");
    more.addEventListener("click", () => this.grow());
    new IntersectionObserver((seen) => seen.some((each) => each.isIntersecting) && this.grow(), { rootMargin: "600px" }).observe(more);
    byId("close").addEventListener("click", () => viewer.close());
    byId("previous").addEventListener("click", () => viewer.go(viewer.neighbours.previous));
    byId("next").addEventListener("click", () => viewer.go(viewer.neighbours.next));
    viewer.dialog.addEventListener("close", () => {
      viewer.stopVideo();
      this.focus(viewer.row);
    });
    window.addEventListener("beforeprint", () => this.prepareToPrint());
    document.addEventListener("keydown", (event) => this.key(event), true);
    this.update();
  },

  makeChips() {
    const kinds = Object.entries(KINDS).map(([kind, [words, test]]) => [kind, words, ROWS.filter(test).length]);
    document.getElementById("chips").replaceChildren(
      ...kinds.filter(([kind, , count]) => count || kind === "all").map(([kind, words, count]) =>
        make("button", { type: "button", "data-kind": kind, "aria-pressed": String(kind === this.kind), onclick: () => this.choose(kind) },
          `${words} `, make("b", {}, count.toLocaleString("en")))),
    );
  },

  choose(kind) {
    this.kind = kind;
    for (const chip of document.querySelectorAll("#chips button")) chip.setAttribute("aria-pressed", chip.dataset.kind === kind);
    this.update();
  },

  update() {
    const value = (id) => document.getElementById(id).value;
    document.getElementById("legend").hidden = !ROWS.some((row) => row.strip);
    const words = value("name").toLowerCase();
    const [from, to] = [value("from"), value("to")];
    const isWanted = (row) =>
      KINDS[this.kind][1](row) &&
      (!words || [row.name, ...(row.reasons ?? []), ...(row.notes ?? [])].some((text) => text.toLowerCase().includes(words))) &&
      (from === "" || (row.score != null && row.score >= 100 * from)) &&
      (to === "" || (row.score != null && row.score <= 100 * to));
    this.shown = ROWS.filter(isWanted).sort(ORDERS[value("order")]);
    this.element.replaceChildren();
    this.grow();
    const count = this.shown.length;
    const all = counted(ROWS.length, "input");
    document.getElementById("shown").textContent = count === ROWS.length ? all : `${count.toLocaleString("en")} of ${all}`;
  },

  grow() {
    const from = this.element.childElementCount;
    this.element.append(...this.shown.slice(from, from + PAGE).map(rowElement));
    document.getElementById("more").hidden = this.element.childElementCount >= this.shown.length;
  },

  prepareToPrint() {
    while (this.element.childElementCount < Math.min(MOST_PRINTED, this.shown.length)) this.grow();
    for (const image of this.element.querySelectorAll("img")) image.loading = "eager";
  },

  look(row, place) {
    const at = this.shown.indexOf(row);
    this.current = row;
    viewer.open(row, place, {
      words: `${(at + 1).toLocaleString("en")} of ${this.shown.length.toLocaleString("en")}`,
      previous: this.shown[at - 1],
      next: this.shown[at + 1],
      open: (other) => this.look(other),
    });
  },

  focus(row) {
    const at = this.shown.indexOf(row);
    while (at >= this.element.childElementCount) this.grow();
    const button = this.element.children[at]?.querySelector(".look");
    button?.focus();
    button?.scrollIntoView({ block: "nearest" });
  },

  move(step) {
    const at = this.shown.indexOf(this.current);
    this.focus(this.shown[Math.max(0, Math.min(this.shown.length - 1, at < 0 ? 0 : at + step))]);
  },

  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (viewer.dialog.open) return viewer.key(event);
    const field = event.target.closest?.("input, select");
    if (event.key === "Escape" && field) {
      if (field.id === "name" && field.value) {
        field.value = "";
        this.update();
      } else field.blur();
    } else if (field?.id === "name" && ["Enter", "ArrowDown"].includes(event.key)) this.focus(this.shown[0]);
    else if (field) return;
    else if (event.key === "/") document.getElementById("name").select();
    else if (event.key === "Escape" && this.kind !== "all") this.choose("all");
    else if (["j", "ArrowDown"].includes(event.key)) this.move(1);
    else if (["k", "ArrowUp"].includes(event.key)) this.move(-1);
    else return;
    event.preventDefault();
  },
};

list.start();
