import { defineConfig } from "@playwright/test";

// The browser is the system's: Playwright's own is not downloaded. env.sh finds it.
const executablePath = process.env.DAYTWO_CHROMIUM || "/usr/bin/chromium";

// Chromium refuses its sandbox to root, which is who runs tests in most containers.
const asRoot = process.getuid?.() === 0 ? ["--no-sandbox"] : [];

export default defineConfig({
  testDir: "tests",
  // Everything has to hold on two slow cores that compile something else meanwhile.
  timeout: 180_000,
  expect: { timeout: 30_000 },
  workers: Number(process.env.DAYTWO_BROWSER_WORKERS || 2),
  retries: 0,
  forbidOnly: !!process.env.CI,
  reporter: "list",
  use: {
    browserName: "chromium",
    headless: true,
    viewport: { width: 1280, height: 900 },
    locale: "en-GB",
    timezoneId: "UTC",
    contextOptions: { reducedMotion: "reduce" },
    actionTimeout: 30_000,
    navigationTimeout: 60_000,
    screenshot: "only-on-failure",
    trace: { mode: "retain-on-failure", screenshots: false },
    launchOptions: {
      executablePath,
      args: [
        ...asRoot,
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
      ],
    },
  },
});
