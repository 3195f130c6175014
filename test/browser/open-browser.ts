import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { chromium, type Browser } from 'playwright-core';

const USUAL_PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', ...onPath('google-chrome')];

const QUIET = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Why tests that need a browser are skipped here; `false` where there is one. */
export const withoutBrowser: string | false =
  browserPath() === undefined ? 'no Chromium here: install it, or name one with CHROMIUM_PATH' : false;

/** Starts a Chromium that the caller closes. */
export async function openBrowser(): Promise<Browser> {
  const executablePath = browserPath();
  if (executablePath === undefined) throw new Error('There is no Chromium here.');
  return await chromium.launch({ executablePath, args: QUIET });
}

/** A Chromium that is named is used or missed: no other takes its place unnoticed. */
function browserPath(): string | undefined {
  const named = process.env['CHROMIUM_PATH'];
  const candidates = named === undefined || named === '' ? USUAL_PLACES : [named];
  return candidates.find((path) => isExecutable(path));
}

function onPath(name: string): string[] {
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  return folders.map((folder) => join(folder, name));
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
