(() => {
    "use strict";

    // Thumbnails and maps come in packs of a hundred. Only what somebody watches is loaded, and little of it is kept: a few packs,
    // which are large, and some hundred thumbnails cut from them.
    const packsKept = 6;
    const thumbnailsKept = 300;
    const loadsAtOnce = 2;
    const restBeforeLoad = 50;

    const { load, bytes, data } = EasyExplain;
    const packs = new Map();
    const loading = new Set();
    const thumbnails = new Map();
    const watchers = new Map();
    let timer = 0;

    /** A canvas's context, in the machine's memory: hundreds of small pictures are slow to send to a graphics card one by one. */
    EasyExplain.pen = canvas => canvas.getContext("2d", { willReadFrequently: true });

    const packOf = index => Math.floor(index / data.report.packSize);
    const packName = number => `pack-${String(number).padStart(4, "0")}`;

    function picture(source) {
        return new Promise((resolve, reject) => {
            const image = new Image();
            image.onload = () => resolve(image);
            image.onerror = () => reject(new Error("the pack's pictures are missing or damaged"));
            image.src = source;
        });
    }

    async function loadPack(number) {
        const raw = await load(packName(number));
        const address = raw.sprite.startsWith("data:") ? raw.sprite : data.report.folder + raw.sprite;
        const sprite = await createImageBitmap(await picture(address));
        const starts = [];
        let start = 0;
        for (const row of raw.rows) {
            starts.push(start);
            for (let at = 0; at < row[6].length; at += 2) {
                start += row[6][at] * row[6][at + 1];
            }
        }
        return { sprite, cell: raw.cell, columns: raw.columns, rows: raw.rows, maps: bytes(raw.maps), starts };
    }

    function cut(pack, place) {
        const [imageWidth, imageHeight, width, height, top, near, sizes, region, boxes] = pack.rows[place];
        let canvas = null;
        if (width > 0) {
            canvas = document.createElement("canvas");
            canvas.width = width;
            canvas.height = height;
            const left = place % pack.columns * pack.cell;
            const above = Math.floor(place / pack.columns) * pack.cell;
            EasyExplain.pen(canvas).drawImage(pack.sprite, left, above, width, height, 0, 0, width, height);
        }
        const maps = [];
        for (let at = 0, start = pack.starts[place]; at < sizes.length; at += 2) {
            const length = sizes[at] * sizes[at + 1];
            maps.push({ height: sizes[at], width: sizes[at + 1], values: pack.maps.slice(start, start + length) });
            start += length;
        }
        return { canvas, width, height, imageWidth, imageHeight, top, near, maps, region: region || [0, 0, 1, 1], boxes: boxes || [] };
    }

    function keep(index, thumbnail) {
        thumbnails.set(index, thumbnail);
        for (const old of thumbnails.keys()) {
            if (thumbnails.size <= Math.max(thumbnailsKept, watchers.size)) {
                break;
            }
            if (!watchers.has(old)) {
                thumbnails.delete(old);
            }
        }
        watchers.get(index)?.forEach(tell => tell());
    }

    function take(index) {
        const number = packOf(index);
        const pack = packs.get(number);
        if (!pack) {
            return false;
        }
        packs.delete(number);
        packs.set(number, pack);
        keep(index, pack.error ? { error: pack.error } : cut(pack, index % data.report.packSize));
        return true;
    }

    function forgetPacks() {
        for (const [number, pack] of packs) {
            if (packs.size <= packsKept) {
                break;
            }
            pack.sprite?.close();
            packs.delete(number);
        }
    }

    async function begin(number) {
        loading.add(number);
        try {
            packs.set(number, await loadPack(number));
        } catch (error) {
            packs.set(number, { error: error.message });
        }
        loading.delete(number);
        for (const index of [...watchers.keys()]) {
            if (packOf(index) === number && !thumbnails.has(index)) {
                take(index);
            }
        }
        forgetPacks();
        loadMissing();
    }

    function loadMissing() {
        timer = 0;
        for (const index of watchers.keys()) {
            if (loading.size >= loadsAtOnce) {
                return;
            }
            if (!thumbnails.has(index) && !loading.has(packOf(index))) {
                begin(packOf(index));
            }
        }
    }

    /** Wants an image's thumbnail until the answered function is called; tells when it has come. */
    function watch(index, tell) {
        if (!watchers.has(index)) {
            watchers.set(index, new Set());
        }
        watchers.get(index).add(tell);
        if (!thumbnails.has(index) && !take(index)) {
            // Who scrolls fast past a thousand images wants none of them.
            clearTimeout(timer);
            timer = setTimeout(loadMissing, restBeforeLoad);
        }
        return () => {
            const others = watchers.get(index);
            others.delete(tell);
            if (others.size === 0) {
                watchers.delete(index);
            }
        };
    }

    function get(index) {
        const thumbnail = thumbnails.get(index);
        if (thumbnail) {
            thumbnails.delete(index);
            thumbnails.set(index, thumbnail);
        }
        return thumbnail;
    }

    /** An image's thumbnail, with its maps and what else its pack knows; undefined until it has come. */
    function useThumbnail(index) {
        const { useState, useLayoutEffect } = preactHooks;
        const [, again] = useState(0);
        useLayoutEffect(() => index < 0 ? undefined : watch(index, () => again(count => count + 1)), [index]);
        return get(index);
    }

    /** Promises whether all of some images' thumbnails can be had, when they are there. */
    async function haveThumbnails(indices) {
        const ends = [];
        await Promise.all(indices.map(index => new Promise(resolve => {
            ends.push(watch(index, resolve));
            if (thumbnails.has(index)) {
                resolve();
            }
        })));
        const all = indices.every(index => !get(index).error);
        ends.forEach(end => end());
        return all;
    }

    Object.assign(EasyExplain, { useThumbnail, haveThumbnails });
})();
