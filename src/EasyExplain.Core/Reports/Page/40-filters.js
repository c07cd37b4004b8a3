(() => {
    "use strict";

    // Which images a view shows, in its order. Columns of numbers, since it is asked at every key that is pressed.
    const { data } = EasyExplain;
    const verdicts = { wrong: 0, right: 1, unknown: 2 };
    let lowered = null;
    let ranks = null;
    let last = { key: null, places: new Int32Array(0) };

    /** Orders places by a whole number of at most 31 bits for each; equal ones stay as they are. */
    function sort(places, key) {
        const keys = new Float64Array(places.length);
        for (let at = 0; at < keys.length; at++) {
            keys[at] = key(places[at]) * 0x200000 + at;
        }
        return Int32Array.from(keys.sort(), value => places[value % 0x200000]);
    }

    function fileRanks() {
        if (!ranks) {
            const { names } = data;
            const order = names.map((_, index) => index).sort((a, b) => names[a] < names[b] ? -1 : names[a] > names[b] ? 1 : a - b);
            ranks = new Int32Array(order.length);
            order.forEach((index, rank) => { ranks[index] = rank; });
        }
        return ranks;
    }

    function ordered(places, view) {
        const { probability, verdict } = data.rows;
        const mistakes = index => verdict[index] === 0 ? 65535 - probability[index] : 65536 + probability[index];
        switch (view.sort) {
            case "sure": return sort(places, index => 65535 - probability[index]);
            case "unsure": return sort(places, index => probability[index]);
            case "mistakes": return sort(places, mistakes);
            case "file": return sort(places, index => fileRanks()[index]);
            case "class": return view.issue < 0 ? places : places.slice().sort();
            default: return places;
        }
    }

    /** An empty label asks for images of which nobody said what to expect. */
    function labelFilter(label) {
        return label === null ? null : label === "" ? -1 : data.labelIndex.get(label) ?? -2;
    }

    function chosen(view) {
        const { report, rows } = data;
        const [first, end] = view.slice < 0 ? [0, report.count] : report.slices[view.slice]
            ? [report.slices[view.slice].first, report.slices[view.slice].first + report.slices[view.slice].count] : [0, 0];
        const expected = labelFilter(view.expected);
        const predicted = labelFilter(view.predicted);
        const verdict = verdicts[view.verdict] ?? null;
        const least = Math.round(view.least * 65535);
        const most = Math.round(view.most * 65535);
        const text = view.text.toLowerCase();
        if (text !== "") {
            lowered ??= data.names.map(name => name.toLowerCase());
        }
        const passes = index => index >= first && index < end
            && (expected === null || rows.expected[index] === expected)
            && (predicted === null || rows.predicted[index] === predicted)
            && (verdict === null || rows.verdict[index] === verdict)
            && rows.probability[index] >= least && rows.probability[index] <= most
            && (text === "" || lowered[index].includes(text));
        if (view.issue >= 0) {
            return data.members(view.issue).filter(passes);
        }
        const places = new Int32Array(end - first);
        let count = 0;
        for (let index = first; index < end; index++) {
            if (passes(index)) {
                places[count++] = index;
            }
        }
        return places.subarray(0, count);
    }

    /** The gallery indices that a view shows, in its order; null while the files' names that it needs are not there. */
    EasyExplain.select = view => {
        if (!data.names && (view.text !== "" || view.sort === "file")) {
            return null;
        }
        const key = JSON.stringify([view.slice, view.expected, view.predicted, view.verdict, view.issue, view.text, view.least,
            view.most, view.sort]);
        if (last.key !== key) {
            last = { key, places: ordered(chosen(view), view) };
        }
        return last.places;
    };
})();
