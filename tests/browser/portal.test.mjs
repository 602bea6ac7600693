// People in front of the portal and the applications, in Debian's Chromium.
import assert from "node:assert/strict";

import { accessible, at, fitsTheWidth, picture, scenario, signIn, system } from "./harness.mjs";

const { portal } = system;
const { app1, app2 } = system.apps;

/// The application's page: who it was told that this is.
async function arrived(page, address, user) {
  await page.waitForURL(address);
  await page.locator("body[data-mark=echo-application]").waitFor();
  assert.match(await page.locator("body").innerText(), new RegExp(`Signed in as ${user}\\b`));
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
