(() => {
    "use strict";

    const largestKept = 160 * 160;
    const scratch = document.createElement("canvas");
    let painter = { key: "" };
    let image = null;

    /** The colour of a share, as matplotlib picks it from a table of 256. */
    function color(table, share) {
        const entry = Math.min(Math.floor(share * 256), 255) * 6;
        return [0, 2, 4].map(channel => Number.parseInt(table.slice(entry + channel, entry + channel + 2), 16));
    }

    /** The pixel for each value of a map: squared and coloured as Export-CamOverlay does, and clear below the threshold. */
    function pixels({ colors, opacity, threshold }) {
        const key = `${colors} ${opacity} ${threshold}`;
        if (painter.key !== key) {
            const table = new Uint32Array(256);
            const alpha = Math.round(opacity * 2.55);
            for (let value = 0; value < 256; value++) {
                const [red, green, blue] = color(colormaps[colors], (value / 255) ** 2);
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

    /** Draws boxes over what a canvas shows: bright lines with dark edges, dashed where something is in truth and was not found so. */
    function drawBoxes(canvas, boxes) {
        const pen = EasyExplain.pen(canvas);
        const line = Math.min(Math.max(Math.round(Math.max(canvas.width, canvas.height) / 250), 1), 16);
        const within = (at, side) => Math.max(1.5 * line, Math.min(at, side - 1.5 * line));
        for (const [x, y, width, height, truth] of boxes) {
            const [left, right] = [x, x + width].map(at => within(at * canvas.width, canvas.width));
            const [top, bottom] = [y, y + height].map(at => within(at * canvas.height, canvas.height));
            pen.setLineDash(truth ? [4 * line, 3 * line] : []);
            for (const [color, wide] of [["rgb(0 0 0 / 80%)", 3 * line], ["#fff", line]]) {
                pen.strokeStyle = color;
                pen.lineWidth = wide;
                pen.strokeRect(left, top, right - left, bottom - top);
            }
        }
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
        drawBoxes(canvas, thumbnail.boxes);
    }

    Object.assign(EasyExplain, { drawMap, drawBoxes, drawThumbnail, mapOf });
})();
