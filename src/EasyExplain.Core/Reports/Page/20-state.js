(() => {
    "use strict";

    // What is looked at, and how. All of it stands in the address, so that every view has a link.
    const defaults = Object.freeze({
        slice: -1, expected: null, predicted: null, verdict: "", issue: -1, text: "", least: 0, most: 1, sort: "",
        image: -1, map: "", opacity: 50, threshold: 0, colors: "jet",
    });
    const filterKeys = ["slice", "expected", "predicted", "verdict", "issue", "text", "least", "most"];
    const noFilters = Object.freeze(Object.fromEntries(filterKeys.map(key => [key, defaults[key]])));
    const displayKeys = ["map", "opacity", "threshold", "colors"];
    const choices = {
        verdict: ["wrong", "right", "unknown"],
        sort: ["class", "file", "sure", "unsure", "mistakes"],
        colors: ["jet", "turbo", "viridis", "inferno", "magma", "gray"],
    };
    const limits = { least: [0, 1], most: [0, 1], opacity: [0, 100], threshold: [0, 100] };

    const watchers = new Set();
    let current = { ...defaults };
    let timer = 0;

    function value(key, text) {
        if (key in choices) {
            return choices[key].includes(text) ? text : defaults[key];
        }
        if (key in limits) {
            const number = Number.parseFloat(text);
            return Number.isFinite(number) ? Math.min(Math.max(number, limits[key][0]), limits[key][1]) : defaults[key];
        }
        if (key === "map") {
            return /^(none|all|\d{1,3})$/.test(text) ? text : defaults.map;
        }
        if (typeof defaults[key] === "number") {
            return /^\d{1,9}$/.test(text) ? Number(text) : -1;
        }
        return text;
    }

    /** What the gallery's part of an address says; null where the address is about something else. */
    function read(hash) {
        const match = /^#gallery(?:\?(.*))?$/s.exec(hash);
        return match && Object.fromEntries([...new URLSearchParams(match[1] ?? "")]
            .filter(([key]) => Object.hasOwn(defaults, key)).map(([key, text]) => [key, value(key, text)]));
    }

    // A label with half of a surrogate pair cannot stand in an address; nor should it break the page.
    const encode = text => encodeURIComponent(String(text).toWellFormed?.() ?? text);

    function write(state) {
        const parts = Object.keys(defaults).filter(key => state[key] !== defaults[key]).map(key => `${key}=${encode(state[key])}`);
        return parts.length > 0 ? `#gallery?${parts.join("&")}` : "#gallery";
    }

    function replace() {
        clearTimeout(timer);
        timer = 0;
        history.replaceState({ own: true, opened: history.state?.opened }, "", write(current));
    }

    function tell(link) {
        watchers.forEach(watcher => watcher(current, link));
    }

    /**
     * Changes what is looked at. "push" makes a step that the back button undoes, "replace" none; "slide" is for what changes many times
     * a second, which browsers do not take.
     */
    function set(change, how = "push") {
        const opens = current.image < 0 && change.image >= 0;
        if (timer && how === "push") {
            replace();
        }
        current = { ...current, ...change };
        if (how === "push") {
            history.pushState({ own: true, opened: opens }, "", write(current));
        } else if (how === "replace") {
            replace();
        } else {
            clearTimeout(timer);
            timer = setTimeout(replace, 200);
        }
        tell(false);
    }

    function close() {
        if (history.state?.opened) {
            if (timer) {
                replace();
            }
            history.back();
        } else {
            set({ image: -1 }, "replace");
        }
    }

    // An entry of the history without our mark comes from a link, in the page or typed. One that is about another part of the page
    // remembers how the gallery was.
    function follow(first) {
        const link = !history.state?.own;
        const said = read(location.hash) ?? (link ? null : read(history.state.gallery));
        const isGallery = read(location.hash) !== null;
        clearTimeout(timer);
        timer = 0;
        if (said) {
            const kept = Object.fromEntries(displayKeys.map(key => [key, link && key in said ? said[key] : current[key]]));
            current = { ...defaults, ...said, ...kept };
        }
        if (isGallery) {
            const opened = history.state?.opened ?? (current.image >= 0 && !first);
            history.replaceState({ own: true, opened }, "", write(current));
        } else {
            current = { ...current, image: -1 };
            history.replaceState({ own: true, gallery: write(current) }, "");
        }
        tell(isGallery && link);
    }

    EasyExplain.state = {
        defaults,
        choices,
        get: () => current,
        set,
        close,
        /** Begins with what the address says, and follows it from then on. */
        start() {
            addEventListener("popstate", () => follow(false));
            follow(true);
        },
        noFilters,
        isFiltered: () => filterKeys.some(key => current[key] !== defaults[key]),
        /** The address of the present view with a change. */
        link: change => write({ ...current, ...change }),
        /** Calls with each new state, and whether a link led there; answers what ends this. */
        watch(watcher) {
            watchers.add(watcher);
            return () => watchers.delete(watcher);
        },
    };

    /** The state, for a part of the page that is drawn anew when it changes. */
    EasyExplain.useView = () => {
        const [view, change] = preactHooks.useState(current);
        preactHooks.useLayoutEffect(() => {
            change(current);
            return EasyExplain.state.watch(change);
        }, []);
        return view;
    };
})();
