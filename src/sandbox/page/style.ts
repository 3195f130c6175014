import { createHash } from 'node:crypto';

/** The style sheet of every page. Text has a contrast of at least 4.5 in light and dark mode. */
export const STYLE = `
:root {
  color-scheme: light dark;
  --ground: #f3f4f6; --card: #fff; --line: #d8dce2; --soft: #f6f7f9; --text: #171a1f; --muted: #5b636e;
  --ink: #1b1f26; --on-ink: #fff; --focus: #1a5fd0; --badge: #7a4b00; --badge-ground: #fdf0d3;
  --shadow: 0 1px 2px rgb(16 20 28 / .06), 0 8px 24px rgb(16 20 28 / .07);
  font: 1rem/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Helvetica Neue", Arial, sans-serif;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #0f1114; --card: #181b20; --line: #30353d; --soft: #1f2329; --text: #e9ebee; --muted: #a3abb6;
    --ink: #e9ebee; --on-ink: #14171b; --focus: #8ab4f8; --badge: #f3cb7c; --badge-ground: #3b2d10;
    --shadow: none;
  }
}
*, ::before, ::after { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; text-size-adjust: 100%; }
body {
  min-height: 100vh; min-height: 100svh; margin: 0; padding: 1.5rem 1rem; display: grid; place-items: center;
  background: var(--ground); color: var(--text); overflow-wrap: anywhere;
}
main {
  width: 100%; max-width: 26rem; padding: 1.5rem; background: var(--card);
  border: 1px solid var(--line); border-radius: .875rem; box-shadow: var(--shadow);
}
header {
  display: flex; align-items: center; justify-content: space-between; gap: 1rem;
  margin: 0 0 1.25rem; padding: 0 0 1rem; border-bottom: 1px solid var(--line); font-weight: 650;
}
.badge {
  flex: none; padding: .1875rem .5rem; border-radius: .3125rem; background: var(--badge-ground); color: var(--badge);
  font-size: .6875rem; font-weight: 700; letter-spacing: .06em; line-height: 1.4; text-transform: uppercase;
}
h1 { margin: 0; font-size: 1.375rem; font-weight: 680; line-height: 1.3; letter-spacing: -.01em; text-wrap: balance; }
h2, legend { margin: 0; padding: 0; font-size: .875rem; font-weight: 600; line-height: 1.5; }
h2 { margin-top: 1.25rem; }
p { margin: .75rem 0 0; }
.scopes { margin: .375rem 0 0; padding: 0; list-style: none; font-size: .9375rem; }
.scopes li { display: flex; flex-wrap: wrap; align-items: baseline; justify-content: space-between; gap: 0 .75rem; padding: .1875rem 0; }
code { color: var(--muted); font: .75rem/1.5 ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace; }
.notice { margin-top: 1.25rem; padding: .75rem .875rem; border: 1px solid var(--line); border-radius: .625rem; background: var(--soft); font-size: .9375rem; }
form { margin: 1.25rem 0 0; }
fieldset { min-width: 0; margin: 0; padding: 0; border: 0; }
.rows { margin-top: .5rem; border: 1px solid var(--line); border-radius: .625rem; overflow: hidden; }
label { display: flex; align-items: center; gap: .75rem; padding: .5625rem .875rem; line-height: 1.35; cursor: pointer; }
label + label { border-top: 1px solid var(--line); }
label:hover, label:has(:checked) { background: var(--soft); }
label:has(:focus-visible) { outline: 3px solid var(--focus); outline-offset: -3px; border-radius: .625rem; }
label span { min-width: 0; }
label b { display: block; font-weight: 500; }
label small { display: block; color: var(--muted); font-size: .8125rem; }
input { flex: none; width: 1.0625rem; height: 1.0625rem; margin: 0; accent-color: var(--ink); outline: 0; }
.buttons { display: flex; flex-direction: column; gap: .625rem; margin-top: 1.25rem; }
button {
  flex: 1; min-height: 2.75rem; padding: .5rem 1.25rem; border: 1px solid var(--line); border-radius: .5625rem;
  background: var(--card); color: var(--text); font: inherit; font-weight: 600; cursor: pointer;
}
button:hover { background: var(--soft); }
button:first-child { border-color: var(--ink); background: var(--ink); color: var(--on-ink); }
button:first-child:hover { opacity: .9; }
button:focus-visible { outline: 3px solid var(--focus); outline-offset: 2px; }
footer { margin-top: 1.25rem; color: var(--muted); font-size: .8125rem; text-align: center; }
@media (min-width: 30rem) {
  main { padding: 1.75rem; }
  .buttons { flex-direction: row; }
}
@media (forced-colors: active) { main, button { border-color: CanvasText; } }
`;

/** The CSP source that allows {@link STYLE} and no other style (CSP level 2). */
export const STYLE_SOURCE = `'sha256-${createHash('sha256').update(STYLE).digest('base64')}'`;
