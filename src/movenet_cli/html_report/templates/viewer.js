// One input, large: its image or video, the skeletons, and the curve to jump about in.

const FILES = JSON.parse(document.getElementById("files").textContent);

const EMBEDDED = new Map([...document.querySelectorAll("script[data-file]")].map((each) => [each.dataset.file, each]));

const embedded = (name) => EMBEDDED.get(name)?.textContent;

const thumbnailOf = (row) => (row.thumbnail ? embedded(`${row.id}.jpg`) ?? `${FILES.folder}${row.id}.jpg` : null);

// The columns of a video, handed to `then`; from the page, or from a script beside it.
function withColumns(row, then) {
  const name = `${row.id}.js`;
  const take = (found) => (row.columns = found.columns);
  if (!row.columns && EMBEDDED.has(name)) take(JSON.parse(embedded(name)));
  if (row.columns) return then(row.columns);
  row.waiting = [...(row.waiting ?? []), then];
  if (row.waiting.length > 1) return;
  const script = make("script", { src: FILES.folder + name });
  script.addEventListener("load", () => {
    take(window.movenetData[name]);
    for (const each of row.waiting) each(row.columns);
  });
  script.addEventListener("error", () => (document.getElementById("missing").hidden = false));
  document.head.append(script);
}

// Tells the frame under the cursor, and hands over the one that is clicked.
function followCursor(picture, row, tell, choose) {
  const placeAt = (event, columns) => {
    const box = picture.getBoundingClientRect();
    const share = (event.clientX - box.left) / box.width;
    return Math.max(0, Math.min(columns.length - 1, Math.floor(share * columns.length)));
  };
  picture.addEventListener("pointermove", (event) =>
    withColumns(row, (columns) => {
      if (!columns.length) return;
      const place = placeAt(event, columns);
      setCursor(picture, place, columns.length);
      tell(wordsOf(columns[place]));
    }),
  );
  picture.addEventListener("pointerleave", () => {
    setCursor(picture, null);
    tell(null);
  });
  picture.addEventListener("click", (event) => withColumns(row, (columns) => columns.length && choose(placeAt(event, columns))));
}

function worstPlace(columns) {
  const scored = columns.map((column, place) => [column.low ?? 101, place]);
  return scored.reduce((best, each) => (each[0] < best[0] ? each : best), [102, 0])[1];
}

// The next column at which something begins: a gap, a failure, another subject; from the end on, the first.
function nextEvent(columns, from) {
  const begins = (column, place) => column.changed || (column.state !== "o" && columns[place - 1]?.state !== column.state);
  const places = columns.flatMap((column, place) => (begins(column, place) ? [place] : []));
  return places.find((place) => place > from) ?? places[0] ?? from;
}

const viewer = {
  dialog: document.getElementById("viewer"),
  stage: document.getElementById("stage"),
  showsSkeleton: true,
  prefersInput: false,

  // `place`: which column of a video; without one the worst.
  open(row, place, neighbours) {
    Object.assign(this, { row, neighbours, place: null, columns: null });
    document.getElementById("viewer-name").textContent = row.name;
    document.getElementById("viewer-place").textContent = neighbours.words;
    document.getElementById("previous").disabled = !neighbours.previous;
    document.getElementById("next").disabled = !neighbours.next;
    document.getElementById("viewer-reasons").replaceChildren(...remarks(row));
    document.getElementById("viewer-curve").replaceChildren();
    if (!this.dialog.open) this.dialog.showModal();
    this.showMedia();
    if (row.media === "video") {
      withColumns(row, (columns) => {
        if (this.row !== row || !columns.length) return;
        this.columns = columns;
        this.showCurve();
        this.jump(place ?? worstPlace(columns));
      });
    }
  },

  close() {
    this.stopVideo();
    this.dialog.close();
  },

  stopVideo() {
    this.video?.pause();
    this.video = null;
  },

  get isOverlay() {
    return Boolean(this.row.overlay && !(this.prefersInput && this.row.input));
  },

  showMedia() {
    const { row } = this;
    this.stopVideo();
    const source = this.isOverlay ? row.overlay : row.input;
    const content = [];
    if (row.media === "video" && source) {
      this.video = make("video", { src: source, controls: true, preload: "metadata", muted: true, playsinline: true });
      this.video.addEventListener("loadedmetadata", () => this.seek());
      this.video.addEventListener("play", (event) => this.followVideo(event.target));
      this.video.addEventListener("error", () => this.cannotShow("This browser cannot play the video: open it with the link below."));
      content.push(this.video);
    } else if (row.media === "image") {
      const image = make("img", { src: source ?? thumbnailOf(row) ?? "", alt: row.name });
      image.addEventListener("error", () => {
        const small = thumbnailOf(row);
        if (small && image.getAttribute("src") !== small) image.src = small;
        else image.remove();
      });
      content.push(image);
    }
    this.stage.hidden = !row.media;
    this.stage.style.setProperty("--shape", row.media ? `${row.width} / ${row.height}` : "1");
    this.stage.style.setProperty("--ratio", row.media ? row.width / row.height : 1);
    this.stage.replaceChildren(...content);
    if (row.media === "image") this.showPeople(row.people ?? [], peopleWords(row));
    else if (!row.media) this.tell("there are no results");
    this.showLinks();
  },

  cannotShow(words) {
    this.stopVideo();
    this.stage.querySelector("video")?.remove();
    this.stage.prepend(make("p", { class: "cannot" }, words));
    if (this.columns) this.jump(this.place);
  },

  showLinks() {
    const { row } = this;
    const links = document.getElementById("viewer-links");
    links.replaceChildren(...linksOf(row));
    if (row.overlay && row.input) {
      const words = this.isOverlay ? "show the input" : "show the overlay";
      links.append(make("button", { type: "button", onclick: () => this.switchSource() }, words));
    }
  },

  showCurve() {
    const columns = this.columns;
    const changed = columns.flatMap((column, place) => (column.changed ? [place] : []));
    this.picture = curve(columns.map((column) => column.low), columns.map((column) => column.state), changed);
    followCursor(this.picture, this.row, (words) => this.hover(words), (place) => this.jump(place));
    document.getElementById("viewer-curve").replaceChildren(this.picture);
  },

  hover(words) {
    if (words) return this.tell(words);
    if (this.place == null) return;
    this.tell(wordsOf(this.columns[this.place]));
    setCursor(this.picture, this.place, this.columns.length);
  },

  // Show a column's frame, and take the video there.
  jump(place) {
    if (!this.columns) return;
    this.video?.pause();
    this.place = Math.max(0, Math.min(this.columns.length - 1, place));
    this.showPlace();
    this.seek();
  },

  showPlace() {
    const column = this.columns[this.place];
    setCursor(this.picture, this.place, this.columns.length);
    this.showPeople(column.people, wordsOf(column));
  },

  // Times of an overlay begin with its first frame; a little later, the frame is surely the one that is shown.
  videoTime(column) {
    const first = this.isOverlay ? this.row.start : 0;
    return column.time == null ? null : column.time - first + 0.25 / (this.row.fps || 25);
  },

  seek() {
    const time = this.columns && this.place != null ? this.videoTime(this.columns[this.place]) : null;
    if (this.video && time != null && this.video.readyState > 0) this.video.currentTime = Math.max(0, time);
  },

  followVideo(video) {
    const follow = (_, frame) => {
      if (this.video !== video || video.paused) return;
      this.showTime(frame.mediaTime);
      video.requestVideoFrameCallback(follow);
    };
    video.requestVideoFrameCallback?.(follow);
  },

  // While the video plays: the column of the frame that is shown; its people, when they are of this very frame.
  showTime(seconds) {
    if (!this.columns) return;
    const half = 0.5 / (this.row.fps || 25);
    const now = seconds + (this.isOverlay ? this.row.start : 0) + half;
    const next = this.columns.findIndex((column) => column.time != null && column.time > now);
    this.place = Math.max(0, (next < 0 ? this.columns.length : next) - 1);
    this.showPlace();
    if (now - this.columns[this.place].time > 3 * half) this.stage.querySelector("svg")?.remove();
  },

  showPeople(people, words) {
    this.stage.querySelector("svg")?.remove();
    const isDrawn = this.isOverlay && this.stage.querySelector("video, img");
    if (this.showsSkeleton && !isDrawn) this.stage.append(skeleton(people, this.row));
    this.tell(words);
  },

  tell(words) {
    document.getElementById("told").textContent = words;
  },

  refresh() {
    if (this.columns && this.place != null) this.showPlace();
    else if (this.row.media === "image") this.showPeople(this.row.people ?? [], peopleWords(this.row));
  },

  switchSource() {
    if (!(this.row.overlay && this.row.input)) return;
    this.prefersInput = this.isOverlay;
    this.showMedia();
    if (this.columns) this.jump(this.place);
  },

  go(row) {
    if (row) this.neighbours.open(row);
  },

  key(event) {
    const isVideo = Boolean(this.columns);
    const keys = {
      j: () => this.go(this.neighbours.next),
      k: () => this.go(this.neighbours.previous),
      ArrowDown: () => this.go(this.neighbours.next),
      ArrowUp: () => this.go(this.neighbours.previous),
      ArrowRight: () => (isVideo ? this.jump(this.place + 1) : this.go(this.neighbours.next)),
      ArrowLeft: () => (isVideo ? this.jump(this.place - 1) : this.go(this.neighbours.previous)),
      w: () => isVideo && this.jump(worstPlace(this.columns)),
      n: () => isVideo && this.jump(nextEvent(this.columns, this.place)),
      o: () => this.switchSource(),
      s: () => {
        this.showsSkeleton = !this.showsSkeleton;
        this.refresh();
      },
      " ": () => (this.video?.paused ? this.video.play() : this.video?.pause()),
    };
    if (!keys[event.key]) return;
    if (event.key === " " && event.target.closest("button, a")) return;
    event.preventDefault();
    keys[event.key]();
  },
};
