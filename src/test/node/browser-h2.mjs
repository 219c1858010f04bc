// Over TLS the page's WebSockets ride the HTTP/2 connection that brought the page: Chromium's own net log says so.
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { baseUrl, check } from './lib/check.mjs';
import { Tab, launch } from './lib/browser.mjs';

/** For each HTTP/2 session in the log, the header lists its client sent. */
function requestsBySession(log) {
  const { logEventTypes, logSourceType } = log.constants;
  const sessions = new Map();
  for (const event of log.events) {
    if (event.type === logEventTypes.HTTP2_SESSION_SEND_HEADERS && event.source.type === logSourceType.HTTP2_SESSION) {
      sessions.set(event.source.id, [...(sessions.get(event.source.id) ?? []), event.params.headers]);
    }
  }
  return [...sessions.values()];
}

check(async (step) => {
  const base = baseUrl();
  const folder = await mkdtemp(join(tmpdir(), 'highwater-netlog-'));
  const logFile = join(folder, 'net.json');
  const browser = await launch(`--log-net-log=${logFile}`);
  const context = await browser.newContext();

  step('chat over TLS');
  const tabs = [await Tab.open(context, base.href), await Tab.open(context, base.href)];
  await tabs[0].say('over one connection');
  await tabs[1].sees('over one connection');
  const hop = await tabs[0].page.evaluate(() => performance.getEntriesByType('navigation')[0].nextHopProtocol);
  assert.equal(hop, 'h2', 'the page came over HTTP/2');
  tabs.forEach((tab) => assert.deepEqual(tab.complaints, []));
  await browser.close();

  step('read the net log');
  const log = JSON.parse(await readFile(logFile, 'utf8'));
  await rm(folder, { recursive: true });
  const sessions = requestsBySession(log).filter((requests) => requests.some((headers) => headers.includes(`:authority: ${base.host}`)));
  assert.equal(sessions.length, 1, 'one HTTP/2 connection to the server');
  const [requests] = sessions;
  const pages = requests.filter((headers) => headers.includes(':path: /') && headers.includes(':method: GET'));
  const sockets = requests.filter((headers) => headers.includes(':protocol: websocket') && headers.includes(':method: CONNECT'));
  assert.ok(pages.length >= 1, 'the page was asked for on it');
  assert.equal(sockets.length, tabs.length, 'and so was each tab’s WebSocket');
  return { http2Connections: sessions.length, webSockets: sockets.length };
});
