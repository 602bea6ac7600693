// People in front of the whole system, in Debian's Chromium. test_browser.py starts the system and this file, and says
// in SSO_SYSTEM what it is (run/demo.json of interfaces.md) and in SSO_SCREENSHOTS where pictures go.
import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";

import { chromium } from "playwright-core";

const system = JSON.parse(process.env.SSO_SYSTEM);
const screenshots = process.env.SSO_SCREENSHOTS;
const { manager, portal } = system;
const { app1, app2 } = system.apps;
const at = (base, path) => new URL(path, base).href;

let chrome;
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
function scenario(name, options, body) {
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

async function signIn(page, user, password = system.users[user].password) {
  await page.locator("#user").fill(user);
  await page.locator("#password").fill(password);
  await page.locator("main button[type=submit]").click();
}

async function picture(page, name) {
  await page.screenshot({ path: join(screenshots, `${name}.png`) });
}

/// The application's page: who it was told that this is.
async function arrived(page, address, user) {
  await page.waitForURL(address);
  await page.locator("body[data-mark=echo-application]").waitFor();
  assert.match(await page.locator("body").innerText(), new RegExp(`Signed in as ${user}\\b`));
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

/// What every page of the portal owes to people who cannot see it, or have no mouse.
async function accessible(page) {
  await page.waitForLoadState(); // with its style sheets
  assert.deepEqual(await page.evaluate(lowContrast), []);
  const faults = await page.evaluate(() => {
    const missing = [];
    if (!document.documentElement.lang) missing.push("html has no lang");
    if (document.title.trim() === "") missing.push("no title");
    if (document.querySelectorAll("h1").length !== 1) missing.push("not one h1");
    if (document.querySelectorAll("main").length !== 1) missing.push("not one main");
    for (const image of document.images) if (!image.hasAttribute("alt")) missing.push("an image without alt");
    for (const input of document.querySelectorAll("input:not([type=hidden])")) {
      if (input.labels.length !== 1) missing.push(`${input.name} has no label`);
      if (!input.autocomplete) missing.push(`${input.name} has no autocomplete`);
      const description = input.getAttribute("aria-describedby");
      if (description && !document.getElementById(description)) missing.push(`${input.name}: nothing describes it`);
    }
    const ids = [...document.querySelectorAll("[id]")].map((element) => element.id);
    if (new Set(ids).size !== ids.length) missing.push("an id is there twice");
    for (const target of document.querySelectorAll("main a, button, input:not([type=hidden])")) {
      const box = target.getBoundingClientRect();
      if (box.height < 24 || box.width < 24) missing.push(`${target.textContent}: smaller than 24 px`);
    }
    return missing;
  });
  assert.deepEqual(faults, []);
}

async function fitsTheWidth(page) {
  await page.waitForLoadState();
  const widths = await page.evaluate(() => [document.documentElement.scrollWidth, window.innerWidth]);
  assert.ok(widths[0] <= widths[1], `the page is ${widths[0]} px wide in a window of ${widths[1]} px`);
}

scenario("a login leads to the page that was first asked for, and the application knows who it is", {}, async (page) => {
  const wanted = at(app1, "/protected/page?x=1&y=2");
  await page.goto(wanted);
  assert.equal(new URL(page.url()).origin, new URL(portal).origin);
  await accessible(page);
  await picture(page, "login");
  await signIn(page, "alice");
  await arrived(page, wanted, "alice");
  await picture(page, "application");
});

scenario("a wrong password is told without saying what was wrong, and the right one still arrives", {}, async (page) => {
  const wanted = at(app1, "/protected/");
  await page.goto(wanted);
  await signIn(page, "alice", "not-her-password");
  const error = page.getByRole("alert");
  assert.equal(await error.innerText(), "The user name or the password is not right.");
  assert.equal(await page.locator("#password").getAttribute("aria-describedby"), await error.getAttribute("id"));
  assert.match(await page.title(), /^Error/);
  assert.equal(await page.locator("#user").inputValue(), "alice");
  assert.equal(await page.locator("#password").inputValue(), "");
  assert.equal(await page.evaluate(() => document.activeElement.id), "password");
  await accessible(page);
  await picture(page, "wrong-password");
  await signIn(page, "alice");
  await arrived(page, wanted, "alice");
});

scenario("whoever has no right to a page sees the refusal and nothing of the page", {}, async (page) => {
  await page.goto(at(app1, "/protected/"));
  const [answer] = await Promise.all([
    page.waitForResponse((response) => response.url() === at(app1, "/protected/")),
    signIn(page, "dave"),
  ]);
  assert.equal(answer.status(), 403);
  await page.waitForURL(at(app1, "/protected/"));
  assert.equal(await page.locator("body[data-mark]").count(), 0);
  await page.getByRole("heading", { name: "You may not open this page" }).waitFor();
  await accessible(page);
  await picture(page, "refused");
  await page.getByRole("link", { name: "Your applications" }).click();
  await page.getByRole("heading", { name: "Your applications" }).waitFor();
});

scenario("the menu shows the applications that this person may open, and leads there", {}, async (page) => {
  await page.goto(portal);
  await signIn(page, "alice");
  await page.getByRole("heading", { name: "Your applications" }).waitFor();
  assert.match(await page.locator(".who").innerText(), /alice/);
  await accessible(page);
  await picture(page, "menu");
  assert.equal(await page.locator(`a.application[href^="${app2}"]`).count(), 0); // for group2 and the administrator
  const link = page.locator(`a.application[href^="${app1}"]`);
  assert.equal(await link.count(), 1);
  await link.click();
  await arrived(page, app1, "alice");
});

scenario("a logout holds on every application", {}, async (page, context) => {
  await page.goto(app1);
  await signIn(page, "admin");
  await arrived(page, app1, "admin");
  const other = await context.newPage();
  await other.goto(at(app2, "/site/"));
  await arrived(other, at(app2, "/site/"), "admin");

  await page.goto(at(portal, "/logout"));
  await page.getByRole("heading", { name: "Sign out" }).waitFor();
  await accessible(page);
  await picture(page, "logout");
  await page.locator("main").getByRole("button", { name: "Sign out" }).click();
  await page.getByRole("heading", { name: "You are signed out" }).waitFor();
  await accessible(page);
  await picture(page, "signed-out");
  assert.deepEqual((await context.cookies()).filter((cookie) => cookie.name.endsWith("sso")), []);
  await page.waitForTimeout(500); // the time that a logout may take to hold everywhere
  for (const [tab, address] of [[page, app1], [other, at(app2, "/site/")]]) {
    await tab.goto(address);
    await tab.locator("#password").waitFor();
  }
});

scenario("two tabs that were opened before the login both arrive", {}, async (first, context) => {
  const second = await context.newPage();
  const addresses = [at(app1, "/protected/first"), at(app1, "/protected/second")];
  await Promise.all([first.goto(addresses[0]), second.goto(addresses[1])]);
  await second.locator("#password").waitFor();
  await first.locator("#password").waitFor();
  await signIn(second, "alice");
  await arrived(second, addresses[1], "alice");
  await signIn(first, "alice");
  await arrived(first, addresses[0], "alice");
});

scenario("a tab left at the login form is let in when it is loaded again after another one signed in", {}, async (first, context) => {
  await first.goto(at(app1, "/protected/first"));
  const second = await context.newPage();
  await second.goto(app1);
  await signIn(second, "alice");
  await arrived(second, app1, "alice");
  await first.reload();
  await arrived(first, at(app1, "/protected/first"), "alice");
});

scenario("the portal speaks French to a French browser", { locale: "fr-FR" }, async (page) => {
  await page.goto(at(app1, "/"));
  assert.equal(await page.locator("html").getAttribute("lang"), "fr");
  await page.getByLabel("Identifiant").fill("helene");
  await page.getByLabel("Mot de passe").fill("faux");
  await page.getByRole("button", { name: "Se connecter" }).click();
  assert.match(await page.getByRole("alert").innerText(), /incorrect/);
  await accessible(page);
  await picture(page, "french");
  await signIn(page, "helene");
  await arrived(page, at(app1, "/"), "helene");
  await page.goto(portal);
  await page.getByRole("heading", { name: "Vos applications" }).waitFor();
  await picture(page, "french-menu");
});

scenario("all of it works without JavaScript", { javaScriptEnabled: false }, async (page) => {
  const wanted = at(app1, "/protected/");
  await page.goto(wanted);
  await signIn(page, "alice");
  await arrived(page, wanted, "alice");
  await page.goto(portal);
  await page.locator(".account button").click();
  await page.getByRole("heading", { name: "You are signed out" }).waitFor();
});

scenario("the keyboard alone is enough", {}, async (page) => {
  const wanted = at(app1, "/protected/");
  await page.goto(wanted);
  assert.equal(await page.evaluate(() => document.activeElement.id), "user");
  await page.keyboard.type("alice");
  await page.keyboard.press("Tab");
  await page.keyboard.type(system.users.alice.password);
  await page.keyboard.press("Enter");
  await arrived(page, wanted, "alice");
});

scenario("a telephone shows everything without scrolling sideways", { viewport: { width: 320, height: 640 } }, async (page) => {
  await page.goto(at(portal, "/?url=" + encodeURIComponent("https://not-ours.example/")));
  await page.getByRole("status").waitFor();
  await fitsTheWidth(page);
  await accessible(page);
  await picture(page, "telephone-login");
  await signIn(page, "admin");
  await page.getByRole("heading", { name: "Your applications" }).waitFor();
  await fitsTheWidth(page);
  await accessible(page);
  assert.equal(await page.locator("a.application").count(), 3);
  await picture(page, "telephone-menu");
});

scenario("at night the pages are dark and still readable", { colorScheme: "dark" }, async (page) => {
  await page.goto(portal);
  await accessible(page);
  await picture(page, "dark-login");
  await signIn(page, "admin", "wrong");
  await page.getByRole("alert").waitFor();
  await accessible(page);
  await signIn(page, "admin");
  await page.getByRole("heading", { name: "Your applications" }).waitFor();
  await accessible(page);
  await picture(page, "dark-menu");
  await page.goto(at(portal, "/nowhere"));
  await accessible(page);
  await picture(page, "dark-not-found");
});

/// The administrator looks at both pages of the manager.
async function readsTheManager(page, name) {
  await page.goto(manager);
  await signIn(page, "admin");
  await page.getByRole("heading", { name: "Configuration" }).waitFor();
  await page.getByText("^/protected/.*$").waitFor();
  await fitsTheWidth(page);
  await accessible(page);
  await picture(page, `${name}-configuration`);
  await page.getByRole("link", { name: "Sessions" }).click();
  await page.getByLabel("User").fill("admin");
  await page.getByRole("button", { name: "Show" }).click();
  await page.getByText(/^\d+ session(s match| matches)$/).waitFor();
  assert.ok((await page.locator("tbody tr").count()) > 0);
  await fitsTheWidth(page);
  await accessible(page);
  await picture(page, `${name}-sessions`);
}

scenario("the administrator reads the configuration and the live sessions", {}, async (page) => {
  await readsTheManager(page, "manager");
});

scenario("the manager fits a telephone", { viewport: { width: 320, height: 640 } }, async (page) => {
  await readsTheManager(page, "telephone-manager");
});

scenario("the manager at night is dark and still readable", { colorScheme: "dark" }, async (page) => {
  await readsTheManager(page, "dark-manager");
});
