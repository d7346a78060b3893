// Holds what is known of devices and alerts, and tells the parts of the page when it changes.

import { AlertList } from "./alerts.js";
import { DevicePanel } from "./device.js";
import { Feed } from "./feed.js";
import { CityMap } from "./map.js";
import { PRIORITIES, compare, shape, unacknowledged } from "./shapes.js";
import { both, clockTime, dateText, el, setText, setZone } from "./text.js";

const RELOAD_DEVICES_MILLIS = 60_000;
const DEVICES_MAX = 50_000;
const VERSIONS_MAX = 10_000;

const byId = (id) => document.getElementById(id);
const store = { kinds: new Map(), devices: new Map(), alerts: new Map(), versions: new Map(), labels: new Map() };
let shown = { dirty: false };

async function json(url) {
  const response = await fetch(url, { headers: { Accept: "application/json" } });
  if (!response.ok) {
    throw new Error(`${url}: ${response.status}`);
  }
  return response.json();
}

const config = await json("/assets/console/config.json");
setZone(config.zone);
document.title = config.title.vi;
byId("title-vi").textContent = config.title.vi;
byId("title-en").textContent = config.title.en;
for (const kind of (await json("/api/v1/kinds")).kinds) {
  kind.byName = new Map(kind.properties.map((property) => [property.name, property]));
  store.kinds.set(kind.name, kind);
}

const feed = new Feed({ loaded: reload, resumed: loadSoon, alert: alertChanged, devices: devicesChanged });
const map = new CityMap(byId("map"), config, select);
const panel = new DevicePanel(store, feed, select);
const list = new AlertList(store, feed, { select: (alert) => select(alert.device.number), changed: acceptAlert });

function select(id) {
  const device = store.devices.get(id);
  if (device) {
    map.select(device);
    panel.show(device);
    list.mark(id);
  }
}

// Alerts. An alert's version decides which of two messages about it is the newer one, whatever way they came.

async function reload() {
  tick();
  try {
    const [alerts] = await Promise.all([json("/api/v1/alerts"), loadDevices()]);
    store.alerts.clear();
    alerts.alerts.forEach(acceptAlert);
    choose();
    store.dirty = true;
  } catch (error) {
    console.warn("loading failed; trying again", error);
    setTimeout(reload, 3000);
  }
}

function acceptAlert(alert) {
  if ((store.versions.get(alert.id) ?? 0) > alert.version) {
    return false;
  }
  remember(alert);
  if (alert.open) {
    store.alerts.set(alert.id, alert);
  } else {
    store.alerts.delete(alert.id);
    list.closed(alert);
  }
  store.dirty = true;
  return true;
}

/** A wall shows this page for months: what it remembers of alerts that are over has a limit. */
function remember(alert) {
  store.versions.delete(alert.id);
  store.versions.set(alert.id, alert.version);
  if (store.versions.size > VERSIONS_MAX) {
    store.versions.delete(store.versions.keys().next().value);
  }
}

function alertChanged(event) {
  if (acceptAlert(event.alert) && event.type === "RAISED") {
    const alert = event.alert;
    byId("announcer").textContent =
      `Cảnh báo mới, ${alert.priorityLabel.vi}: ${alert.message.vi}, ${alert.device.name ?? alert.device.externalId}`;
  }
}

// Devices.

async function loadDevices() {
  const devices = new Map();
  let from = 0;
  while (from !== null && devices.size < DEVICES_MAX) {
    const page = await json(`/api/v1/devices?from=${from}`);
    for (const device of page.devices) {
      const last = new Map(device.values.map((value) => [value.property, value]));
      devices.set(device.id, { ...device, last, seen: device.seenAt ? Date.parse(device.seenAt) : 0 });
    }
    from = page.next;
  }
  store.devices = devices;
  store.dirty = true;
  map.place(devices);
  panel.refresh();
}

function devicesChanged(changes) {
  let unknown = false;
  for (const change of changes) {
    const device = store.devices.get(change.id);
    if (!device) {
      unknown = true;
      continue;
    }
    device.time = change.time;
    device.seen = Date.parse(change.seenAt);
    device.quality = change.quality;
    device.suspect = change.suspect;
    for (const [property, value] of Object.entries(change.values)) {
      device.last.set(property, { property, value, time: change.time });
    }
    panel.changed(device);
  }
  store.dirty = true;
  if (unknown) {
    loadSoon();
  }
}

let loading = false;
function loadSoon() {
  if (!loading) {
    loading = true;
    setTimeout(async () => {
      try {
        await loadDevices();
      } catch (error) {
        console.warn("devices could not be loaded", error);
      } finally {
        loading = false;
      }
    }, 2000);
  }
}
setInterval(loadSoon, RELOAD_DEVICES_MILLIS);

function isSilent(device, now) {
  return device.seen ? now - device.seen > store.kinds.get(device.kind).silentAfterMillis : device.state === "silent";
}

/** A wall without an operator shows the worst alert's device, or the first device. */
function choose() {
  if (!panel.device) {
    const worst = [...store.alerts.values()].sort(compare)[0];
    const id = worst?.device.number ?? store.devices.keys().next().value;
    if (id !== undefined) {
      select(id);
    }
  }
}

// Drawing, at most once a frame, and the clock once a second.

function alertsByDevice() {
  const worst = new Map();
  for (const alert of [...store.alerts.values()].sort(compare)) {
    const before = worst.get(alert.device.number);
    if (!before || alert.priority < before.priority) {
      worst.set(alert.device.number, alert);
    }
  }
  return worst;
}

function draw() {
  if (store.dirty) {
    store.dirty = false;
    const now = feed.now();
    const silent = new Set();
    let reporting = 0;
    for (const device of store.devices.values()) {
      if (isSilent(device, now)) {
        silent.add(device.id);
      } else if (device.seen) {
        reporting++;
      }
    }
    const worst = alertsByDevice();
    map.update(worst, silent);
    panel.update(worst, silent);
    list.update();
    setText(byId("reporting"), String(reporting));
    setText(byId("known"), ` / ${store.devices.size}`);
    drawCounts();
  }
  requestAnimationFrame(draw);
}

function drawCounts() {
  const counts = new Map(PRIORITIES.map((priority) => [priority, 0]));
  let waiting = 0;
  for (const alert of store.alerts.values()) {
    counts.set(alert.priority, counts.get(alert.priority) + 1);
    waiting += unacknowledged(alert) ? 1 : 0;
  }
  const key = JSON.stringify([...counts, waiting]);
  if (shown.key === key) {
    return;
  }
  shown = { key };
  byId("priorities").replaceChildren(...PRIORITIES.map((priority) => {
    const count = counts.get(priority);
    const tile = el("span", count ? "count" : "count zero", shape(priority, count ? "on" : "none"), el("b", "", String(count)));
    tile.title = priority;
    return tile;
  }));
  setText(byId("unacknowledged"), String(waiting));
  byId("unacknowledged-tile").classList.toggle("abnormal", waiting > 0);
}

function tick() {
  if (feed.known) {
    setText(byId("clock"), clockTime(feed.now()));
    setText(byId("date"), dateText(feed.now()));
  }
  const late = feed.late();
  const stale = byId("stale");
  stale.hidden = late === 0;
  if (late > 0) {
    const seconds = Math.round(late / 1000);
    stale.replaceChildren(both({ vi: `Dữ liệu cũ ${seconds} s`, en: `Data is ${seconds} s old` }));
  }
  document.body.classList.toggle("is-stale", late > 0);
  const link = feed.connected ? { vi: "Trực tuyến", en: "Live" } : { vi: "Mất kết nối", en: "Disconnected" };
  if (feed.known && byId("link").dataset.state !== link.en) {
    byId("link").dataset.state = link.en;
    byId("link").replaceChildren(both(link));
  }
  list.tick();
  panel.tick();
  store.dirty = true; // silence comes by time alone
}

setInterval(tick, 1000);
feed.connect();
draw();
