#pragma once

#include <string_view>

namespace treadle::views {

/// The page of html_report(): everything but the data, which goes where it says /*DATA*/null. No links to
/// elsewhere.
inline constexpr std::string_view kReportPage = R"html(<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Treadle report</title>
<style>
  :root { --ink: #1d2733; --soft: #66727f; --line: #dfe4e9; --paper: #fff; --panel: #f6f8fa; }
  @media (prefers-color-scheme: dark) {
    :root { --ink: #e4e9ee; --soft: #94a1ae; --line: #333d48; --paper: #14191f; --panel: #1b2229; }
  }
  body { margin: 0 auto; max-width: 1200px; padding: 24px; font: 15px/1.45 system-ui, sans-serif;
         color: var(--ink); background: var(--paper); }
  h1 { font-size: 22px; margin: 0 0 4px; }
  h2 { font-size: 16px; margin: 28px 0 8px; }
  p { margin: 0; color: var(--soft); }
  canvas { width: 100%; display: block; background: var(--panel); border-radius: 4px; }
  table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
  th, td { text-align: right; padding: 4px 10px; border-bottom: 1px solid var(--line); }
  th:first-child, td:first-child { text-align: left; }
  th { color: var(--soft); font-weight: 500; }
  .chip { display: inline-block; width: 10px; height: 10px; border-radius: 2px; margin-right: 8px; }
  .bad { color: #c0392b; }
</style>
<h1 id="title"></h1>
<p id="facts"></p>
<h2>Tasks over time, a row a thread</h2>
<canvas id="stream"></canvas>
<p id="hint"></p>
<h2>Memory</h2>
<canvas id="memory"></canvas>
<h2>Processors busy</h2>
<canvas id="processors"></canvas>
<h2>Bytes a second</h2>
<canvas id="rates"></canvas>
<h2>By kind of task</h2>
<table><thead><tr><th>kind<th>tasks<th>time<th>longest<th>waited<th>bytes</tr></thead><tbody id="profile"></tbody></table>
<script>
"use strict";
const data = /*DATA*/null;
const palette = ["#3b7dd8", "#e08a2e", "#3a9e6e", "#c4517a", "#7b61c9", "#2fa3b5", "#a58b2b", "#8a6f5c", "#5f7f3a", "#b35bb8"];
const color = kind => palette[kind % palette.length];
const seconds = us => us < 1e3 ? +us.toPrecision(3) + " µs" : us < 1e6 ? (us / 1e3).toPrecision(3) + " ms" : (us / 1e6).toPrecision(3) + " s";
const bytes = n => { let u = 0; while (n >= 1024 && u < 5) { n /= 1024; ++u; }
  return (u ? n.toPrecision(3) : n) + " " + ["B", "KiB", "MiB", "GiB", "TiB", "PiB"][u]; };
const text = (id, s) => document.getElementById(id).textContent = s;
text("title", data.title || "Treadle run");
text("facts", `${data.num_tasks.toLocaleString("en")} tasks on ${data.threads} threads in ${seconds(data.length)}, started ` +
  `${data.started}: ${data.outcome}` + (data.truncated ? " (the log ends in the middle of a record)" : ""));
text("hint", data.by_column ? "Too many tasks to draw each: every column shows the kind that filled most of it."
                            : "Point at a task to see what it is.");

const style = getComputedStyle(document.documentElement);
const soft = style.getPropertyValue("--soft"), line = style.getPropertyValue("--line");
function sheet(id, height) {
  const canvas = document.getElementById(id), ratio = window.devicePixelRatio || 1, width = canvas.clientWidth;
  canvas.width = width * ratio; canvas.height = height * ratio; canvas.style.height = height + "px";
  const pen = canvas.getContext("2d"); pen.scale(ratio, ratio); pen.font = "12px system-ui, sans-serif";
  return { canvas, pen, width, height, x: us => 64 + (width - 76) * us / data.length };
}
function time_axis({ pen, width, height, x }) {
  pen.fillStyle = soft; pen.strokeStyle = line; pen.textAlign = "center";
  for (let i = 0; i <= 6; ++i) {
    const us = data.length * i / 6; pen.beginPath(); pen.moveTo(x(us), 6); pen.lineTo(x(us), height - 20); pen.stroke();
    pen.textAlign = i == 6 ? "right" : "center"; pen.fillText(seconds(us), x(us), height - 6);
  }
}
function draw_stream() {
  const workers = [...new Set(data.tasks.map(t => t[0]))].sort((a, b) => a - b);
  const s = sheet("stream", 30 + 26 * Math.max(1, workers.length)), row = w => 6 + 26 * workers.indexOf(w);
  time_axis(s);
  for (const w of workers) { s.pen.fillStyle = soft; s.pen.textAlign = "left"; s.pen.fillText("thread " + w, 6, row(w) + 15); }
  for (const [worker, kind, begin, length, end] of data.tasks) {
    s.pen.fillStyle = end == 2 ? "#c0392b" : color(kind);
    s.pen.fillRect(s.x(begin), row(worker), Math.max(0.6, s.x(begin + length) - s.x(begin) - 0.4), 20);
  }
  s.canvas.onmousemove = e => {
    const us = (e.offsetX - 64) / (s.width - 76) * data.length, worker = workers[Math.floor((e.offsetY - 6) / 26)];
    const hit = data.tasks.find(t => t[0] == worker && t[2] <= us && us <= t[2] + t[3]);
    s.canvas.title = hit ? `${data.kinds[hit[1]]}: ${seconds(hit[3])} from ${seconds(hit[2])}` : "";
  };
}
function draw_lines(id, series, format) {
  const s = sheet(id, 150), top = Math.max(1, ...series.flatMap(l => l.points.map(p => p[1])));
  const y = v => 124 - 96 * v / top;  // the legend stands above the lines
  time_axis(s); s.pen.textAlign = "left"; s.pen.fillStyle = soft; s.pen.fillText(format(top), 4, 32); s.pen.fillText("0", 4, 124);
  series.forEach((l, i) => {
    s.pen.strokeStyle = s.pen.fillStyle = l.color; s.pen.lineWidth = 1.6; s.pen.beginPath();
    l.points.forEach(([us, v], k) => k ? s.pen.lineTo(s.x(us), y(v)) : s.pen.moveTo(s.x(us), y(v)));
    s.pen.stroke(); s.pen.textAlign = "right"; s.pen.fillText(l.name, s.width - 16 - 110 * (series.length - 1 - i), 18);
  });
}
function rate(column, scale) {
  return data.samples.slice(1).map((b, i) => {
    const a = data.samples[i];
    return [b[0], (b[column] - a[column]) * scale / Math.max(1, b[0] - a[0])];
  });
}
function draw() {
  draw_stream();
  draw_lines("memory", [{ name: "resident", color: palette[0], points: data.samples.map(s => [s[0], s[1]]) },
                        { name: "working memory", color: palette[1], points: data.samples.map(s => [s[0], s[2]]) }], bytes);
  draw_lines("processors", [{ name: "of " + data.threads, color: palette[0], points: rate(3, 1e-3) }], v => v.toFixed(1));
  draw_lines("rates", [{ name: "read", color: palette[2], points: rate(4, 1e6) },
                       { name: "written", color: palette[1], points: rate(5, 1e6) },
                       { name: "spilled", color: palette[3], points: rate(6, 1e6) }], v => bytes(Math.round(v)));
}
for (const [kind, count, run, longest, wait, size] of data.profile) {
  const tr = document.getElementById("profile").insertRow();
  const first = tr.insertCell(), chip = document.createElement("span");
  chip.className = "chip"; chip.style.background = color(data.kinds.indexOf(kind));
  first.append(chip, kind);
  for (const cell of [count.toLocaleString("en"), ...[run, longest, wait].map(ns => seconds(ns / 1e3)), bytes(size)])
    tr.insertCell().textContent = cell;
}
draw();
addEventListener("resize", draw);
</script>
</html>
)html";

}  // namespace treadle::views
