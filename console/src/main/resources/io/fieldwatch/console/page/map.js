// The city from above: grey dots while all is well, a shape where something is not. Works without tiles.

import * as L from "/assets/leaflet/leaflet-src.esm.js";
import { look, shape, unacknowledged } from "./shapes.js";
import { el } from "./text.js";

const STEPS = [10, 5, 2, 1, 0.5, 0.2, 0.1, 0.05, 0.02, 0.01, 0.005, 0.002, 0.001];
const LINES = 6;
const NORMAL = { radius: 4, weight: 1, color: "#eceeef", fillColor: "#70777e", fillOpacity: 1 };
const SILENT = { radius: 4, weight: 2, color: "#3b4249", fillColor: "#d5d7d9", fillOpacity: 1 };

export class CityMap {
  #map;
  #select;
  #dots = new Map();
  #areas = L.layerGroup();
  #areaRenderer = null;
  #grid = L.layerGroup();
  #labels = L.layerGroup();
  #alerts = L.layerGroup();
  #markers = new Map();
  #devices = new Map();
  #chosen = null;
  #bounds = null;
  #touched = false;

  constructor(element, config, select) {
    this.#select = select;
    this.#map = L.map(element, { preferCanvas: true, zoomControl: false, attributionControl: false })
      .setView([config.lat, config.lon], config.zoom);
    L.control.zoom({ zoomInTitle: "Phóng to / Zoom in", zoomOutTitle: "Thu nhỏ / Zoom out" }).addTo(this.#map);
    L.control.scale({ imperial: false, position: "bottomright" }).addTo(this.#map);
    if (config.tileUrl) {
      L.tileLayer(config.tileUrl, { maxZoom: 20, className: "base-tiles" }).addTo(this.#map);
      const credit = el("span", "", config.attribution);
      L.control.attribution({ prefix: false }).addAttribution(credit.innerHTML).addTo(this.#map); // escaped by the DOM
    }
    this.#map.createPane("areas").style.zIndex = 250; // over tiles, under everything else
    this.#areaRenderer = L.canvas({ pane: "areas" });
    for (const layer of [this.#areas, this.#grid, this.#labels, this.#alerts]) {
      layer.addTo(this.#map);
    }
    this.#map.on("moveend zoomend resize", () => this.#drawGrid());
    for (const name of ["pointerdown", "wheel", "keydown"]) {
      element.addEventListener(name, () => { this.#touched = true; }, { passive: true });
    }
    new ResizeObserver(() => {
      this.#map.invalidateSize({ animate: false });
      this.#fit();
    }).observe(element);
    this.#drawGrid();
  }

  /** Draws the devices that have a place; called again when devices were added or described anew. */
  place(devices) {
    this.#devices = devices;
    const areas = new Map();
    for (const [id, dot] of this.#dots) {
      if (!devices.has(id)) {
        dot.remove();
        this.#dots.delete(id);
      }
    }
    for (const device of devices.values()) {
      if (device.lat === null || device.lon === null) {
        continue;
      }
      const at = L.latLng(device.lat, device.lon);
      if (this.#dots.has(device.id)) {
        this.#dots.get(device.id).setLatLng(at);
      } else {
        this.#dots.set(device.id, this.#dot(device.id, at));
      }
      if (device.area) {
        areas.set(device.area, [...(areas.get(device.area) ?? []), at]);
      }
    }
    this.#drawAreas(areas);
    const points = [...areas.values()].flat();
    if (this.#bounds === null && points.length > 1) {
      this.#bounds = L.latLngBounds(points);
      this.#fit();
    }
  }

  /** worst: the worst alert of each device in alert; silent: ids of devices that say nothing. */
  update(worst, silent) {
    for (const [id, dot] of this.#dots) {
      const style = silent.has(id) ? SILENT : NORMAL;
      if (dot.shown !== style) {
        dot.shown = style;
        dot.setStyle(style);
      }
    }
    for (const [id, marker] of this.#markers) {
      const alert = worst.get(id);
      if (!alert || marker.key !== key(alert)) {
        marker.remove();
        this.#markers.delete(id);
      }
    }
    for (const [id, alert] of worst) {
      if (!this.#markers.has(id)) {
        this.#mark(id, alert);
      }
    }
  }

  select(device) {
    this.#chosen?.remove();
    this.#chosen = null;
    if (device.lat === null || device.lon === null) {
      return;
    }
    const at = L.latLng(device.lat, device.lon);
    const icon = L.divIcon({ className: "chosen", html: el("i", ""), iconSize: [44, 44] });
    this.#chosen = L.marker(at, { icon, interactive: false, keyboard: false, zIndexOffset: -500 }).addTo(this.#map);
    if (!this.#map.getBounds().pad(-0.1).contains(at)) {
      this.#map.panTo(at);
    }
  }

  #dot(id, at) {
    const dot = L.circleMarker(at, NORMAL).addTo(this.#map);
    dot.shown = NORMAL;
    dot.on("click", () => this.#select(id));
    dot.bindTooltip(() => this.#tip(id));
    return dot;
  }

  #tip(id) {
    const device = this.#devices.get(id);
    return el("div", "", el("b", "", device?.name ?? device?.externalId ?? ""), el("br"), device?.area ?? "");
  }

  #mark(id, alert) {
    const { lat, lon } = this.#devices.get(id) ?? alert.device;
    if (lat === null || lon === null) {
      return;
    }
    const box = el("div", unacknowledged(alert) ? "mark waiting" : "mark", shape(alert.priority, look(alert)));
    const icon = L.divIcon({ className: "alert-mark", html: box, iconSize: [26, 26] });
    const marker = L.marker([lat, lon], {
      icon,
      zIndexOffset: (6 - Number(alert.priority.slice(1))) * 1000,
      title: `${alert.priority} ${alert.device.name ?? alert.device.externalId}: ${alert.message.vi}`,
    });
    marker.key = key(alert);
    marker.on("click", () => this.#select(id));
    this.#markers.set(id, marker.addTo(this.#alerts));
  }

  /** Shows all devices, until someone has moved the map. */
  #fit() {
    if (this.#bounds && !this.#touched) {
      this.#map.fitBounds(this.#bounds, { padding: [40, 40], maxZoom: 16, animate: false });
    }
  }

  #drawAreas(areas) {
    this.#areas.clearLayers();
    this.#labels.clearLayers();
    for (const [name, points] of areas) {
      // Over the area's devices, at the middle of them: in their midst it would hide them and they it.
      const lat = Math.max(...points.map((point) => point.lat));
      const lon = points.reduce((sum, point) => sum + point.lng, 0) / points.length;
      if (points.length > 2) {
        const style = { stroke: false, fillColor: "#e0e2e4", fillOpacity: 0.9, interactive: false };
        L.polygon(hull(points), { ...style, pane: "areas", renderer: this.#areaRenderer }).addTo(this.#areas);
      }
      const icon = L.divIcon({ className: "area", html: el("span", "", name), iconSize: [0, 0] });
      L.marker([lat, lon], { icon, interactive: false, keyboard: false, zIndexOffset: -1000 }).addTo(this.#labels);
    }
  }

  #drawGrid() {
    this.#grid.clearLayers();
    const bounds = this.#map.getBounds();
    const step = STEPS.find((each) => (bounds.getEast() - bounds.getWest()) / each >= LINES) ?? STEPS.at(-1);
    const digits = Math.max(0, -Math.floor(Math.log10(step)));
    const style = { color: "#bfc3c6", weight: 1, interactive: false };
    const first = (edge) => Math.ceil(edge / step) * step;
    for (let lon = first(bounds.getWest()); lon < bounds.getEast(); lon += step) {
      L.polyline([[bounds.getSouth(), lon], [bounds.getNorth(), lon]], style).addTo(this.#grid);
      this.#gridLabel(bounds.getNorth(), lon, `${degrees(lon, digits)}° Đ`, "grid-lon");
    }
    for (let lat = first(bounds.getSouth()); lat < bounds.getNorth(); lat += step) {
      L.polyline([[lat, bounds.getWest()], [lat, bounds.getEast()]], style).addTo(this.#grid);
      this.#gridLabel(lat, bounds.getEast(), `${degrees(lat, digits)}° B`, "grid-lat");
    }
  }

  #gridLabel(lat, lon, text, className) {
    const icon = L.divIcon({ className: `grid-label ${className}`, html: el("span", "", text), iconSize: [0, 0] });
    L.marker([lat, lon], { icon, interactive: false, keyboard: false, zIndexOffset: -2000 }).addTo(this.#grid);
  }
}

const degrees = (angle, digits) => angle.toFixed(digits).replace(".", ",");

/** The convex hull of points: Andrew's monotone chain. */
function hull(points) {
  const sorted = [...points].sort((a, b) => a.lng - b.lng || a.lat - b.lat);
  const half = (ordered) => {
    const chain = [];
    for (const point of ordered) {
      while (chain.length > 1 && turn(chain.at(-2), chain.at(-1), point) <= 0) {
        chain.pop();
      }
      chain.push(point);
    }
    return chain.slice(0, -1);
  };
  return [...half(sorted), ...half(sorted.reverse())];
}

const turn = (a, b, c) => (b.lng - a.lng) * (c.lat - a.lat) - (b.lat - a.lat) * (c.lng - a.lng);

const key = (alert) => `${alert.id} ${alert.version}`;
