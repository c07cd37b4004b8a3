(() => {
    "use strict";

    const { data, html, state, number, Controls, Tile } = EasyExplain;
    const { useState, useRef, useEffect, useLayoutEffect } = preactHooks;
    const gap = 12;
    const caption = 46;
    const narrowest = 150;
    const spare = 2;
    // Browsers draw no element higher than some 17 million pixels; beyond this, a pixel of the scroll bar is more than one of the list.
    const highest = 12e6;

    /** How the tiles lie in a box. */
    function layout(width, height, count) {
        const columns = Math.max(Math.floor((width + gap) / (narrowest + gap)), width < 300 ? 1 : 2);
        const tile = Math.floor((width - (columns - 1) * gap) / columns);
        const rowHeight = tile + caption + gap;
        const rows = Math.ceil(count / columns);
        const full = rows * rowHeight;
        const shown = Math.min(full, highest);
        const stretch = full > shown ? (full - height) / (shown - height) : 1;
        return { columns, tile, rowHeight, rows, shown, stretch, onScreen: Math.max(Math.floor(height / rowHeight), 1), height };
    }

    function useBox() {
        const element = useRef();
        const [box, change] = useState({ width: 0, height: 0 });
        useLayoutEffect(() => {
            const inner = element.current.firstElementChild;
            const measure = () => change(old => old.width === inner.clientWidth && old.height === element.current.clientHeight ? old :
                { width: inner.clientWidth, height: element.current.clientHeight });
            const observer = new ResizeObserver(measure);
            observer.observe(element.current);
            observer.observe(inner);
            measure();
            return () => observer.disconnect();
        }, []);
        return [element, box];
    }

    /** A grid of which only the rows on the screen are in the page. Arrow keys walk through it; it is one stop for the Tab key. */
    function Grid({ places, view }) {
        const [scroller, box] = useBox();
        const [top, setTop] = useState(0);
        const [active, setActive] = useState(0);
        const toFocus = useRef(-1);
        const shape = layout(box.width, box.height, places.length);
        const { columns, rowHeight, stretch } = shape;
        const first = Math.max(Math.floor(top / rowHeight) - spare, 0);
        const end = Math.min(Math.ceil((top + box.height) / rowHeight) + spare, shape.rows);
        const from = first * columns;
        const to = box.width > 0 ? Math.min(end * columns, places.length) : from;

        useLayoutEffect(() => {
            scroller.current.scrollTop = 0;
            setTop(0);
            setActive(0);
        }, [places]);
        useEffect(() => {
            const tile = toFocus.current < 0 ? null : scroller.current.querySelector(`[data-place="${toFocus.current}"] a`);
            if (tile) {
                toFocus.current = -1;
                tile.focus({ preventScroll: true });
            }
        });

        const reach = place => {
            const row = Math.floor(place / columns);
            const now = scroller.current.scrollTop * stretch;
            const wanted = Math.min(Math.max(now, (row + 1) * rowHeight - box.height), row * rowHeight);
            if (wanted !== now) {
                scroller.current.scrollTop = wanted / stretch;
                setTop(scroller.current.scrollTop * stretch);
            }
            toFocus.current = place;
            setActive(place);
        };
        EasyExplain.focusTile = index => {
            const place = places.indexOf(index);
            if (place >= 0) {
                reach(place);
            }
        };

        const scroll = () => {
            const now = scroller.current.scrollTop * stretch;
            // Rows are drawn some pixels late, never for every pixel.
            setTop(old => Math.abs(now - old) < rowHeight / 2 && now > 0 ? old : now);
        };
        const walk = event => {
            const page = columns * shape.onScreen;
            const steps = {
                ArrowLeft: -1, ArrowRight: 1, ArrowUp: -columns, ArrowDown: columns, PageUp: -page, PageDown: page,
                Home: -places.length, End: places.length,
            };
            const on = event.target.closest("[data-place]");
            if (event.key in steps && on && !event.ctrlKey && !event.metaKey && !event.altKey) {
                event.preventDefault();
                reach(Math.min(Math.max(Number(on.dataset.place) + steps[event.key], 0), places.length - 1));
            }
        };

        const stop = active >= from && active < to ? active : Math.min(Math.ceil(top / rowHeight) * columns, to - 1);
        const tiles = [];
        for (let place = from; place < to; place++) {
            tiles.push(html`<li key=${places[place]} data-place=${place} aria-setsize=${places.length} aria-posinset=${place + 1}
                onFocusIn=${() => setActive(place)}>
                <${Tile} index=${places[place]} view=${view} stop=${place === stop} /></li>`);
        }
        // The list lies where its rows would be if one pixel of the scroll bar were one of the list.
        const offset = stretch === 1 ? first * rowHeight : first * rowHeight - top + top / stretch;
        return html`<div class="scroller" ref=${scroller} onScroll=${scroll} tabindex=${places.length > 0 ? -1 : 0}>
            <div class="length" style=${{ height: `${shape.shown}px` }}>
                <ul role="list" aria-label="Images" onKeyDown=${walk} style=${{
                    transform: `translateY(${offset}px)`, gridTemplateColumns: `repeat(${columns}, 1fr)`,
                    gridAutoRows: `${rowHeight - gap}px`, gap: `${gap}px` }}>${tiles}</ul></div></div>`;
    }

    function Count({ places }) {
        return html`<p class="count" aria-live="polite">${places === null ? "Reading the files' names…" :
            `${number(places.length)} of ${number(data.report.count)} images`}</p>`;
    }

    function Finding({ issue }) {
        return html`<p class="about"><a href=${`#finding-${issue}`}>Finding ${issue + 1}</a>:${" "}
            <bdi>${data.report.issues[issue].summary}</bdi></p>`;
    }

    const nothing = new Int32Array(0);

    function Gallery() {
        const view = EasyExplain.useView();
        const [, again] = useState(0);
        useEffect(() => {
            EasyExplain.namesRead.then(() => again(1));
        }, []);
        const { report } = data;
        const places = EasyExplain.select(view);
        if (report.count === 0) {
            return html`<p>There is no image to show.</p>`;
        }
        const slice = report.slices[view.slice] ?? report.slices[Math.max(data.sliceOf(places?.[0] ?? 0), 0)];
        return html`
            <${Controls} maps=${slice.maps} />
            <div class="bar"><${Count} places=${places} />
                ${state.isFiltered() && html`<button type="button" onClick=${() => state.set(state.noFilters)}>
                    Clear filters</button>`}</div>
            ${report.issues[view.issue] && html`<${Finding} issue=${view.issue} />`}
            ${places?.length === 0 && html`<p class="empty">No image is like this. Clear the filters to see all.</p>`}
            <${Grid} places=${places ?? nothing} view=${view} />`;
    }

    EasyExplain.Gallery = Gallery;
})();
