(() => {
    "use strict";

    // Every eighth colour of matplotlib's tables and the last; what lies between is mixed, which nobody sees.
    const tables = {
        jet: "00007f0000a30000c80000ec0000ff0020ff0040ff0060ff0080ff00a0ff00c0ff00e0fa15ffe12fffc749ffad63ff937cff79" +
            "93ff63adff49c7ff2fe0ff15faf000ffd300ffb500ff9800ff7a00ff5c00ff3f00ff2100ec0300c80000a300007f0000",
        turbo: "30123b3929724040a14456c7466be3467ff64193fe36a8f928bbeb1ccdd717dcc21ee8af32f1974df97c6dfd628bfe4ba4fc3b" +
            "b6f735caed33dde036ecd139f7c039fcae34fe982cfb8022f56817ec520ee04008d23005c02302ac1601940c017a0402",
        viridis: "440154460c5f47186a482273472c7b4536814240853e49893a528b365a8c32628d2f6a8d2c728e287a8e26818e23898d20908c" +
            "1e978a1e9e8821a68527ad8030b47a3dbb744bc26c5bc8626dce5881d34c95d73faadb32bfdf24d4e11ae9e419fde724",
        inferno: "0000030302120a0723140b36200c4a2e0a5a3c09654a0b6a570f6d63146e70196e7d1d6c892269962666a32b61af315bbb3754" +
            "c53d4dd04544da4e3be35832ea6428f0701ef57e14f98c09fb9b06fbaa0efbb91ef8c931f5d948f1e864f2f485fcfea4",
        magma: "0000030303110a0722120d331c1046281159350f6a430f7550127b5d177e691c807621818225818f2a809c2e7fa9327cb63679" +
            "c23a75ce4070da4769e55063ee5b5ef4685bf8775cfb8660fd9567fda470feb37bfec286fdd193fddfa1fceeb0fbfcbf",
        gray: "000000ffffff",
    };
    const largestKept = 160 * 160;
    const scratch = document.createElement("canvas");
    let painter = { key: "" };
    let image = null;

    function color(table, share) {
        const last = table.length / 6 - 1;
        const at = Math.min(Math.floor(share * last), last - 1);
        const part = share * last - at;
        return [0, 2, 4].map(channel => {
            const [low, high] = [at, at + 1].map(entry => Number.parseInt(table.slice(entry * 6 + channel, entry * 6 + channel + 2), 16));
            return Math.round(low + (high - low) * part);
        });
    }

    /** The pixel for each value of a map: squared and coloured as Export-CamOverlay does, and clear below the threshold. */
    function pixels({ colors, opacity, threshold }) {
        const key = `${colors} ${opacity} ${threshold}`;
        if (painter.key !== key) {
            const table = new Uint32Array(256);
            const alpha = Math.round(opacity * 2.55);
            for (let value = 0; value < 256; value++) {
                const [red, green, blue] = color(tables[colors], (value / 255) ** 2);
                table[value] = value / 2.55 < threshold ? 0 : (alpha << 24 | blue << 16 | green << 8 | red) >>> 0;
            }
            painter = { key, table };
        }
        return painter.table;
    }

    // Where a row or column of the enlarged map lies in the map: between two values, and how far.
    function axis(from, to) {
        const low = new Int32Array(to);
        const high = new Int32Array(to);
        const part = new Float32Array(to);
        for (let at = 0; at < to; at++) {
            const place = Math.min(Math.max((at + 0.5) * from / to - 0.5, 0), from - 1);
            low[at] = Math.floor(place);
            high[at] = Math.min(low[at] + 1, from - 1);
            part[at] = place - low[at];
        }
        return { low, high, part };
    }

    /** Enlarges a map bilinearly. */
    function enlarge(map, width, height) {
        const values = new Uint8Array(width * height);
        const columns = axis(map.width, width);
        const rows = axis(map.height, height);
        const line = new Float32Array(map.width);
        for (let y = 0, at = 0; y < height; y++) {
            const above = rows.low[y] * map.width;
            const below = rows.high[y] * map.width;
            for (let x = 0; x < map.width; x++) {
                line[x] = map.values[above + x] + (map.values[below + x] - map.values[above + x]) * rows.part[y];
            }
            for (let x = 0; x < width; x++, at++) {
                const left = line[columns.low[x]];
                values[at] = left + (line[columns.high[x]] - left) * columns.part[x] + 0.5;
            }
        }
        return values;
    }

    // While a slider moves, only colours change: small enlarged maps are kept, as long as their thumbnail is.
    function enlarged(map, width, height) {
        if (map.enlarged?.width === width && map.enlarged.height === height) {
            return map.enlarged.values;
        }
        const values = enlarge(map, width, height);
        if (values.length <= largestKept) {
            map.enlarged = { width, height, values };
        }
        return values;
    }

    function colored(map, width, height, table) {
        if (image?.width !== width || image.height !== height) {
            image = new ImageData(width, height);
        }
        const out = new Uint32Array(image.data.buffer);
        const values = enlarged(map, width, height);
        for (let at = 0; at < out.length; at++) {
            out[at] = table[values[at]];
        }
        return image;
    }

    /** Lays a map over what a canvas shows. A map of zeros has nothing to show. */
    function drawMap(canvas, map, region, display) {
        if (!map || display.opacity === 0 || !map.values.some(value => value > 0)) {
            return;
        }
        const [left, top, width, height] = [
            region[0] * canvas.width, region[1] * canvas.height, region[2] * canvas.width, region[3] * canvas.height].map(Math.round);
        if (width < 1 || height < 1) {
            return;
        }
        if (scratch.width !== width || scratch.height !== height) {
            scratch.width = width;
            scratch.height = height;
        }
        EasyExplain.pen(scratch).putImageData(colored(map, width, height, pixels(display)), 0, 0);
        EasyExplain.pen(canvas).drawImage(scratch, left, top);
    }

    /** The map of an image that a view shows: the one it names, or the last, which is the fused one; undefined for none. */
    function mapOf(thumbnail, view) {
        return view.map === "none" ? undefined : thumbnail.maps[view.map] ?? thumbnail.maps.at(-1);
    }

    /** Draws a thumbnail with its map. */
    function drawThumbnail(canvas, thumbnail, view) {
        if (canvas.width !== thumbnail.width || canvas.height !== thumbnail.height) {
            canvas.width = thumbnail.width;
            canvas.height = thumbnail.height;
        }
        EasyExplain.pen(canvas).drawImage(thumbnail.canvas, 0, 0);
        drawMap(canvas, mapOf(thumbnail, view), thumbnail.region, view);
    }

    Object.assign(EasyExplain, { drawMap, drawThumbnail, mapOf });
})();
