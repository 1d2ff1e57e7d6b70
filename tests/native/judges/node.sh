#!/usr/bin/env bash
# Buffers, JSON, workers and a server in node.
source "$(dirname "$0")/common.sh"
needs node
same "version" node --version
cat >"$work/script.js" <<'JS'
const { Worker, isMainThread, workerData, parentPort } = require('worker_threads');
const zlib = require('zlib');
if (isMainThread) {
    const objects = Array.from({ length: 20000 }, (_, i) => ({ id: i, name: 'n'.repeat(i % 60), list: [i, i + 1] }));
    const text = JSON.stringify(objects);
    console.log(text.length, JSON.parse(text).length, zlib.gunzipSync(zlib.gzipSync(text)).toString() === text);
    const buffers = Array.from({ length: 3000 }, (_, i) => Buffer.alloc(i * 37 % 30000, i));
    console.log(Buffer.concat(buffers).reduce((a, b) => (a * 31 + b) % 1000003, 7));
    let left = 4;
    for (let i = 0; i < 4; i++) {
        new Worker(__filename, { workerData: i }).on('message', m => { if (m.sum !== 499500) process.exit(1); if (--left === 0) console.log('workers'); });
    }
} else {
    parentPort.postMessage({ sum: Array.from({ length: 1000 }, (_, i) => i).reduce((a, b) => a + b), buffer: Buffer.alloc(100000, workerData) });
}
JS
same "script" node "$work/script.js"
