(() => {
    "use strict";

    const { data, html, state, number, percent, issueName, Display, Thumbnail } = EasyExplain;
    const { useState, useRef, useEffect, useLayoutEffect } = preactHooks;
    const largest = 720;

    function address(index) {
        const { originals } = data.report;
        if (originals === null || !data.names) {
            return null;
        }
        try {
            return originals + data.names[index].split("/").map(encodeURIComponent).join("/");
        } catch {
            return null; // Half of a surrogate pair has no address.
        }
    }

    /** One picture as large as its box: the original or the thumbnail, and a map over it. */
    function Large({ thumbnail, source, lose, map, view, label }) {
        const base = useRef();
        const over = useRef();
        const scale = largest / Math.max(thumbnail.imageWidth, thumbnail.imageHeight, 1);
        const width = Math.max(Math.round(thumbnail.imageWidth * scale), 1);
        const height = Math.max(Math.round(thumbnail.imageHeight * scale), 1);
        useLayoutEffect(() => {
            if (base.current) {
                const context = base.current.getContext("2d");
                context.imageSmoothingQuality = "high";
                context.drawImage(thumbnail.canvas, 0, 0, width, height);
            }
        }, [thumbnail, source]);
        useLayoutEffect(() => {
            over.current.width = width;
            over.current.height = height;
            EasyExplain.drawMap(over.current, map, thumbnail.region, view);
            EasyExplain.drawBoxes(over.current, thumbnail.boxes);
        }, [thumbnail, map, view.opacity, view.threshold, view.colors]);
        return html`<div class="large" role="img" aria-label=${label}>
            ${source ? html`<img src=${source} alt="" onError=${lose} />` :
                html`<canvas ref=${base} width=${width} height=${height}></canvas>`}
            <canvas ref=${over}></canvas></div>`;
    }

    function Stage({ index, thumbnail, view }) {
        const [lost, setLost] = useState(false);
        if (!thumbnail) {
            return html`<div class="stage"><p>Loading…</p></div>`;
        }
        if (!thumbnail.canvas) {
            return html`<div class="stage"><p class="missing">${thumbnail.error ? `The picture cannot be shown: ${thumbnail.error}.` :
                "The image is gone or has changed since it was explained."}</p></div>`;
        }
        const maps = data.report.slices[data.sliceOf(index)].maps;
        const source = lost ? null : address(index);
        const file = data.names ? data.names[index] : "";
        const picture = (map, name) => html`<${Large} key=${`${name} ${source}`} thumbnail=${thumbnail} source=${source}
            lose=${() => setLost(true)} map=${map} view=${view} label=${name === null ? file : `${file}, map of ${name} over it`} />`;
        const all = view.map === "all" && maps.length > 0;
        const shown = EasyExplain.mapOf(thumbnail, view);
        return html`<div class="stage">
            ${all ? html`<div class="every-layer">
                <figure>${picture(undefined, null)}<figcaption>original</figcaption></figure>
                ${maps.map((name, at) => html`<figure>${picture(thumbnail.maps[at], name)}<figcaption><bdi>${name}</bdi></figcaption>
                    </figure>`)}</div>` : picture(shown, shown ? maps[thumbnail.maps.indexOf(shown)] : null)}
            <p class="remark">${source ? "The original" : lost
                ? "The original is not where the report expects it, so this is its thumbnail, enlarged" : "The thumbnail, enlarged"};
                the image has ${number(thumbnail.imageWidth)} × ${number(thumbnail.imageHeight)} pixels.</p></div>`;
    }

    function Layers({ maps, view }) {
        const last = String(maps.length - 1);
        const options = [["none", "original"], ...maps.map((name, at) => [String(at), name]), ["all", "side by side"]];
        const now = view.map === "" || (view.map !== "none" && view.map !== "all" && !(view.map in maps)) ? last : view.map;
        return html`<div class="layers" role="group" aria-label="Map">
            ${options.map(([key, name]) => html`<button type="button" key=${key} aria-pressed=${String(key === now)}
                onClick=${() => state.set({ map: key === last ? "" : key }, "replace")}><bdi>${name}</bdi></button>`)}</div>`;
    }

    function Facts({ index }) {
        const { rows, report } = data;
        const verdict = rows.verdict[index];
        const facts = [
            ["Verdict", html`<strong class=${["bad", "good", ""][verdict]}>${EasyExplain.verdictOf(index)}</strong>`],
            rows.expected[index] >= 0 && ["Expected", html`<bdi>${data.label(rows.expected[index])}</bdi>${" "}
                ${rows.expectedProbability[index] > 0 && percent(rows.expectedProbability[index] / 65535)}`],
            rows.predicted[index] >= 0 && ["Predicted", html`<bdi>${data.label(rows.predicted[index])}</bdi>${" "}
                ${percent(rows.probability[index] / 65535)}`],
            report.slices.length > 1 && ["Model", html`<bdi>${report.slices[data.sliceOf(index)].name}</bdi>`],
        ].filter(Boolean);
        return html`<dl class="facts">${facts.map(([term, fact]) => html`<div key=${term}><dt>${term}</dt><dd>${fact}</dd></div>`)}</dl>`;
    }

    function Top({ thumbnail }) {
        const rows = [];
        for (let at = 0; at < thumbnail.top.length; at += 2) {
            const share = thumbnail.top[at + 1] / 1000;
            rows.push(html`<li><bdi>${data.label(thumbnail.top[at])}</bdi><span class="share">${percent(share)}</span>
                <span class="meter" aria-hidden="true"><span style=${{ width: `${share * 100}%` }}></span></span></li>`);
        }
        return rows.length > 0 && html`<section><h3>Most probable classes</h3><ol class="top">${rows}</ol></section>`;
    }

    function Near({ thumbnail, view }) {
        return thumbnail.near.length > 0 && html`<section><h3>Most alike</h3><ul class="near" role="list">
            ${thumbnail.near.map(index => html`<li key=${index}>
                <button type="button" onClick=${() => state.set({ image: index }, "replace")}>
                    <span class="unseen">${EasyExplain.sentence(index)}</span><${Thumbnail} index=${index} view=${view} />
                </button></li>`)}</ul></section>`;
    }

    function Findings({ index }) {
        const issues = data.issuesOf(index);
        return issues.length > 0 && html`<section><h3>Findings</h3><ul class="in-findings">
            ${issues.map(issue => html`<li key=${issue}><a href=${`#finding-${issue}`}><bdi>${issueName(issue)}</bdi></a>
                </li>`)}</ul></section>`;
    }

    // Where an image is in the gallery's order. One that is not there (a neighbour of one that is) lies where the last one was.
    function usePlace(index, places) {
        const last = useRef(-1);
        const place = places ? places.indexOf(index) : -1;
        if (place >= 0) {
            last.current = place;
        }
        return [place, last.current];
    }

    function Dialog({ index, view }) {
        const dialog = useRef();
        const heading = useRef();
        const thumbnail = EasyExplain.useThumbnail(index);
        const places = EasyExplain.select(view);
        const [place, from] = usePlace(index, places);
        useEffect(() => {
            dialog.current.showModal();
            heading.current.focus();
        }, []);
        const go = to => {
            if (places && places.length > 0) {
                state.set({ image: places[Math.min(Math.max(to, 0), places.length - 1)] }, "replace");
            }
        };
        const keys = event => {
            const steps = { ArrowLeft: from - 1, ArrowRight: from + 1, Home: 0, End: Infinity };
            if (event.key in steps && !event.target.closest("input, select") && !event.ctrlKey && !event.metaKey && !event.altKey) {
                event.preventDefault();
                go(steps[event.key]);
            }
        };
        const cancel = event => {
            event.preventDefault();
            state.close();
        };
        const maps = data.report.slices[data.sliceOf(index)].maps;
        return html`<dialog class="viewer" ref=${dialog} aria-labelledby="viewer-title" onCancel=${cancel} onKeyDown=${keys}>
            <header>
                <h2 id="viewer-title" tabindex="-1" ref=${heading}>
                    <bdi>${data.names ? data.names[index] : `Image ${number(index + 1)}`}</bdi></h2>
                <p aria-live="polite">${place < 0 ? "not among the filtered images" :
                    `${number(place + 1)} of ${number(places.length)}`}</p>
                <button type="button" aria-label="Previous image" disabled=${from <= 0} onClick=${() => go(from - 1)}>‹</button>
                <button type="button" aria-label="Next image" disabled=${!places || from >= places.length - 1}
                    onClick=${() => go(from + 1)}>›</button>
                <button type="button" aria-label="Close" onClick=${state.close}>×</button>
            </header>
            <div class="content">
                <div class="main">${maps.length > 0 && html`<${Layers} maps=${maps} view=${view} />`}
                    <${Stage} key=${index} index=${index} thumbnail=${thumbnail} view=${view} /></div>
                <div class="aside" tabindex="0" role="region" aria-label="About the image"><${Facts} index=${index} />
                    ${thumbnail && !thumbnail.error && html`<${Top} thumbnail=${thumbnail} />`}
                    <${Findings} index=${index} />
                    ${thumbnail && !thumbnail.error && html`<${Near} thumbnail=${thumbnail} view=${view} />`}
                    ${maps.length > 0 && html`<section><h3>The map</h3><${Display} maps=${maps} withLayers=${false} /></section>`}
                </div>
            </div>
        </dialog>`;
    }

    /** One image large, over the page, while the view names one. */
    function Viewer() {
        const view = EasyExplain.useView();
        const [, again] = useState(0);
        const opener = useRef(null);
        const index = view.image < data.report.count ? view.image : -1;
        const last = useRef(-1);
        useEffect(() => {
            EasyExplain.namesRead.then(() => again(1));
        }, []);
        if (index >= 0 && last.current < 0) {
            opener.current = document.activeElement;
        }
        useEffect(() => {
            if (index < 0 && last.current >= 0) {
                const { current } = opener;
                if (current?.isConnected && current.closest(".members")) {
                    current.focus();
                } else {
                    EasyExplain.focusTile?.(last.current);
                }
            }
            last.current = index;
        }, [index]);
        return index >= 0 && html`<${Dialog} index=${index} view=${view} />`;
    }

    EasyExplain.Viewer = Viewer;
})();
