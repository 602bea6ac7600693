// What the scenarios share: the system that test_browser.py has started, Debian's Chromium, somebody in front of it, and
// what every page owes to people who cannot see it, have no mouse, or a small screen.
import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";

import { chromium } from "playwright-core";

/// run/demo.json of interfaces.md, and what the file's preparation adds
export const system = JSON.parse(process.env.SSO_SYSTEM);
const screenshots = process.env.SSO_SCREENSHOTS;
export const at = (base, path) => new URL(path, base).href;

export let chrome;
before(async () => {
  mkdirSync(screenshots, { recursive: true });
  chrome = await chromium.launch({
    executablePath: "/usr/bin/chromium",
    // root's browser has no sandbox of its own
    args: process.getuid() === 0 ? ["--no-sandbox"] : [],
  });
});
after(() => chrome?.close());

/// Somebody at a browser of their own; whatever the browser complains about fails the test.
export function scenario(name, options, body) {
  test(name, { timeout: 60_000 }, async () => {
    const context = await chrome.newContext({ locale: "en-GB", viewport: { width: 1100, height: 720 }, ...options });
    context.setDefaultTimeout(15_000);
    const complaints = [];
    context.on("console", (message) => {
      // a status of 4xx is what some of these people are to see
      if (message.type() === "error" && !message.text().startsWith("Failed to load resource")) {
        complaints.push(message.text());
      }
    });
    context.on("weberror", (error) => complaints.push(String(error.error())));
    try {
      await body(await context.newPage(), context);
      assert.deepEqual(complaints, []);
    } finally {
      await context.close();
    }
  });
}

export async function signIn(page, user, password = system.users[user].password) {
  await page.locator("#user").fill(user);
  await page.locator("#password").fill(password);
  await page.locator("main button[type=submit]").click();
}

export async function picture(page, name) {
  await page.screenshot({ path: join(screenshots, `${name}.png`) });
}

/// Texts whose contrast is below WCAG 2.2 AA (4.5:1, large text 3:1), on the ground that they stand on.
function lowContrast() {
  const channels = (color) => color.match(/[\d.]+/g).map(Number);
  const luminance = ([red, green, blue]) => {
    const linear = [red, green, blue].map((value) => {
      const part = value / 255;
      return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2];
  };
  const ground = (element) => {
    for (let at = element; at !== null; at = at.parentElement) {
      const color = channels(getComputedStyle(at).backgroundColor);
      if (color.length < 4 || color[3] === 1) return color;
    }
    return [255, 255, 255];
  };
  const found = [];
  for (const element of document.querySelectorAll("body *")) {
    const own = [...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.data.trim() !== "");
    if (!own) continue;
    const style = getComputedStyle(element);
    const [light, dark] = [luminance(channels(style.color)), luminance(ground(element))].sort((a, b) => b - a);
    const contrast = (light + 0.05) / (dark + 0.05);
    const size = parseFloat(style.fontSize);
    const large = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
    if (contrast < (large ? 3 : 4.5)) found.push(`${element.textContent.trim()}: ${contrast.toFixed(2)}`);
  }
  return found;
}

/// What every page owes to people who cannot see it, or have no mouse.
export async function accessible(page) {
  await page.waitForLoadState(); // with its style sheets
  assert.deepEqual(await page.evaluate(lowContrast), []);
  const faults = await page.evaluate(() => {
    const missing = [];
    if (!document.documentElement.lang) missing.push("html has no lang");
    if (document.title.trim() === "") missing.push("no title");
    if (document.querySelectorAll("h1").length !== 1) missing.push("not one h1");
    if (document.querySelectorAll("main").length !== 1) missing.push("not one main");
    for (const image of document.images) if (!image.hasAttribute("alt")) missing.push("an image without alt");
    for (const input of document.querySelectorAll("input:not([type=hidden]), select, textarea")) {
      const name = input.name || input.id;
      if (input.labels.length !== 1 && !input.getAttribute("aria-label")) missing.push(`${name} has no label`);
      if (input.matches("[type=text], [type=password], textarea") && !input.autocomplete)
        missing.push(`${name} has no autocomplete`);
      const description = input.getAttribute("aria-describedby");
      for (const id of description?.split(" ") ?? []) {
        if (!document.getElementById(id)) missing.push(`${name}: nothing describes it`);
      }
    }
    const ids = [...document.querySelectorAll("[id]")].map((element) => element.id);
    if (new Set(ids).size !== ids.length) missing.push("an id is there twice");
    for (const target of document.querySelectorAll("main a, button, input:not([type=hidden])")) {
      if (!target.checkVisibility() || target.matches("[type=checkbox], [type=radio]")) continue; // the label is one, too
      const box = target.getBoundingClientRect();
      if (box.height < 24 || box.width < 24) missing.push(`${target.textContent}: smaller than 24 px`);
    }
    return missing;
  });
  assert.deepEqual(faults, []);
}

export async function fitsTheWidth(page) {
  await page.waitForLoadState();
  const widths = await page.evaluate(() => [document.documentElement.scrollWidth, window.innerWidth]);
  assert.ok(widths[0] <= widths[1], `the page is ${widths[0]} px wide in a window of ${widths[1]} px`);
}
