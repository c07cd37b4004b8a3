(() => {
    "use strict";

    // What a report is made of: JSON in the page (a single file), or scripts beside it. Scripts, since a page opened from a disk may
    // run files of its folder but may not read them.
    const report = JSON.parse(document.getElementById("report").textContent);
    const waiting = new Map();

    /** Called by a data file with its name and what it holds. */
    function take(name, value) {
        waiting.get(name)?.(value);
        waiting.delete(name);
    }

    /** Promises what a data file holds; rejects where it is missing. */
    function load(name) {
        const element = document.querySelector(`script[type="application/json"][id="${name}"]`);
        if (element) {
            return Promise.resolve(element).then(found => JSON.parse(found.textContent));
        }
        return new Promise((resolve, reject) => {
            const script = document.createElement("script");
            const end = () => {
                script.remove();
                if (waiting.delete(name)) {
                    reject(new Error(`${report.folder}${name}.js is missing or damaged`));
                }
            };
            waiting.set(name, resolve);
            script.addEventListener("load", end);
            script.addEventListener("error", end);
            script.src = `${report.folder}${name}.js`;
            document.head.append(script);
        });
    }

    function bytes(base64) {
        const text = atob(base64);
        const all = new Uint8Array(text.length);
        for (let at = 0; at < all.length; at++) {
            all[at] = text.charCodeAt(at);
        }
        return all;
    }

    // Typed arrays read in the machine's order of bytes; every machine with a browser of today has the files' order.
    const integers = base64 => new Int32Array(bytes(base64).buffer);
    const shorts = base64 => new Uint16Array(bytes(base64).buffer);

    const labelIndex = new Map(report.labels.map((label, index) => [label, index]));
    const issueMembers = [];

    /** The gallery indices of a finding's images, clearest first; none where there is no such finding. */
    function members(issue) {
        if (!report.issues[issue]) {
            return new Int32Array(0);
        }
        return issueMembers[issue] ??= integers(report.issues[issue].members);
    }

    const data = {
        report,
        members,
        labelIndex,
        /** Columns of what is known of each image; null until they are there. */
        rows: null,
        /** Each image's file; null until they are there. */
        names: null,

        sliceOf: index => report.slices.findIndex(slice => index >= slice.first && index < slice.first + slice.count),
        label: index => report.labels[index],

        /** The findings that an image is in. */
        issuesOf: index => report.issues.map((_, issue) => issue).filter(issue => members(issue).includes(index)),

        async loadRows() {
            const raw = await load("rows");
            data.rows = {
                expected: integers(raw.expected), predicted: integers(raw.predicted), verdict: bytes(raw.verdict),
                probability: shorts(raw.probability), expectedProbability: shorts(raw.expectedProbability),
                said: raw.said === undefined ? null : bytes(raw.said),
            };
        },

        async loadNames() {
            try {
                data.names = await load("names");
            } catch {
                data.names = Array.from({ length: report.count }, (_, index) => `image ${index + 1}`);
            }
        },
    };

    Object.assign(EasyExplain, { take, load, bytes, data });
})();
