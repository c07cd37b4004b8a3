(() => {
    "use strict";

    const { data, html, state, number, issueName } = EasyExplain;
    const { useState, useMemo, useEffect, useRef } = preactHooks;
    const report = data.report;
    // With more labels than one overlooks, one types instead.
    const listedLabels = 30;
    const oneLine = text => text.replace(/[\r\n]+/g, " ").trim();

    // The same field may be above the gallery and beside an image: each needs an id of its own.
    let fields = 0;
    const useFieldId = () => useState(() => `field-${++fields}`)[0];

    function Field({ id, label, children }) {
        return html`<div class="field"><label for=${id}>${label}</label>${children}</div>`;
    }

    function Choice({ label, value, options, change }) {
        const id = useFieldId();
        return html`<${Field} id=${id} label=${label}>
            <select id=${id} value=${value} onChange=${event => change(event.target.value)}>
                ${options.map(([key, text]) => html`<option key=${key} value=${key} selected=${key === value}>${text}</option>`)}
            </select></${Field}>`;
    }

    /** The labels in a column of the rows, with how often each is there. */
    function counted(column) {
        const counts = new Int32Array(report.labels.length + 1);
        column.forEach(label => counts[label + 1]++);
        const labels = report.labels.map((label, index) => ({ label, count: counts[index + 1] })).filter(({ count }) => count > 0);
        return { labels, without: counts[0] };
    }

    function LabelChoice({ name, label, column }) {
        const view = EasyExplain.useView();
        const { labels, without } = useMemo(() => counted(column), [column]);
        const value = view[name];
        const change = text => state.set({ [name]: text });
        if (labels.length <= listedLabels) {
            const options = [["*", "any"], ...labels.map(({ label: text, count }) => [`=${text}`, `${oneLine(text)} (${number(count)})`])];
            if (without > 0) {
                options.push(["=", `none (${number(without)})`]);
            }
            return html`<${Choice} label=${label} value=${value === null ? "*" : `=${value}`} options=${options}
                change=${key => change(key === "*" ? null : key.slice(1))} />`;
        }
        return html`<${TypedLabel} ...${{ name, label, labels, value, change }} />`;
    }

    function TypedLabel({ name, label, labels, value, change }) {
        const id = useFieldId();
        const input = useRef();
        useEffect(() => {
            input.current.value = value === null ? "" : oneLine(value);
            input.current.setCustomValidity("");
        }, [value]);
        const choose = event => {
            const typed = oneLine(event.target.value).toLowerCase();
            const near = labels.filter(({ label: text }) => oneLine(text).toLowerCase().includes(typed));
            const same = labels.find(({ label: text }) => oneLine(text).toLowerCase() === typed) ?? (near.length === 1 ? near[0] : null);
            event.target.setCustomValidity(typed === "" || same ? "" : "No image has this class: choose one from the list.");
            if (typed === "" || same) {
                change(typed === "" ? null : same.label);
            } else if (event.type === "change") {
                event.target.reportValidity();
            }
        };
        const pick = event => {
            if (labels.some(({ label: text }) => oneLine(text) === event.target.value)) {
                choose(event);
            }
        };
        return html`<${Field} id=${id} label=${label}>
            <input id=${id} ref=${input} list=${`labels-${name}`} placeholder=${`any of ${number(labels.length)}`}
                dir="auto" autocomplete="off" onInput=${pick} onChange=${choose} />
            <datalist id=${`labels-${name}`}>
                ${labels.map(({ label: text, count }) => html`<option value=${oneLine(text)}>${number(count)}</option>`)}
            </datalist></${Field}>`;
    }

    function Percent({ name, label, view }) {
        const change = event => {
            const typed = Number.parseFloat(event.target.value);
            const share = Number.isFinite(typed) ? Math.min(Math.max(typed / 100, 0), 1) : state.defaults[name];
            state.set({ [name]: share }, "slide");
        };
        return html`<input type="number" min="0" max="100" step="any" inputmode="decimal" aria-label=${label}
            value=${Number((view[name] * 100).toFixed(4))} onChange=${change} />`;
    }

    function Search({ view }) {
        const id = useFieldId();
        return html`<${Field} id=${id} label="File name contains">
            <input id=${id} type="search" value=${view.text} dir="auto" autocomplete="off" spellcheck=${false}
                onInput=${event => state.set({ text: event.target.value }, "slide")} /></${Field}>`;
    }

    function sortings(view) {
        const known = data.rows.verdict.some(verdict => verdict !== 2);
        return [
            view.issue < 0 ? ["", "class"] : ["", "clearest first"],
            ...(view.issue < 0 ? [] : [["class", "class"]]),
            ["file", "file name"], ["sure", "surest first"], ["unsure", "least sure first"],
            ...(known ? [["mistakes", "surest mistakes first"]] : []),
        ];
    }

    function Filters() {
        const view = EasyExplain.useView();
        const { rows } = data;
        const [judged, hasExpected] = useMemo(() => [rows.verdict.some(verdict => verdict !== 2),
            rows.expected.some(label => label >= 0)], [rows]);
        return html`<div class="fields" role="group" aria-label="Filters">
            ${report.slices.length > 1 && html`<${Choice} label="Model and layers" value=${String(view.slice)}
                options=${[["-1", "all"], ...report.slices.map((slice, index) => [String(index), oneLine(slice.name)])]}
                change=${text => state.set({ slice: Number(text) })} />`}
            ${hasExpected && html`<${LabelChoice} name="expected" label="Expected" column=${rows.expected} />`}
            <${LabelChoice} name="predicted" label="Predicted" column=${rows.predicted} />
            ${judged && html`<${Choice} label="Verdict" value=${view.verdict}
                options=${[["", "any"], ...state.choices.verdict.map(verdict => [verdict, verdict])]}
                change=${verdict => state.set({ verdict })} />`}
            <div class="field range" role="group" aria-label="Probability of the predicted class"><span>Probability</span>
                <span class="ends"><${Percent} name="least" label="Probability from, in percent" view=${view} /> to
                <${Percent} name="most" label="Probability to, in percent" view=${view} /> %</span></div>
            ${report.issues.length > 0 && html`<${Choice} label="Finding" value=${String(view.issue)}
                options=${[["-1", "any"], ...report.issues.map((_, issue) =>
                    [String(issue), `${issue + 1}. ${oneLine(issueName(issue))}`])]}
                change=${text => state.set({ issue: Number(text), sort: "" })} />`}
            <${Search} view=${view} />
        </div>`;
    }

    function Slider({ name, label, view }) {
        const id = useFieldId();
        return html`<${Field} id=${id} label=${`${label} ${Math.round(view[name])} %`}>
            <input id=${id} type="range" min="0" max="100" step="1" value=${view[name]}
                onInput=${event => state.set({ [name]: Number(event.target.value) }, "slide")} /></${Field}>`;
    }

    function Sorting() {
        const view = EasyExplain.useView();
        return html`<${Choice} label="Sorted by" value=${view.issue < 0 && view.sort === "class" ? "" : view.sort}
            options=${sortings(view)} change=${sort => state.set({ sort })} />`;
    }

    /** How maps are drawn; maps are the names of those that can be chosen. */
    function Display({ maps, withLayers = true, children }) {
        const view = EasyExplain.useView();
        const layers = [["", maps.length > 1 ? `${oneLine(maps.at(-1))} (default)` : "shown"],
            ...maps.slice(0, -1).map((map, index) => [String(index), oneLine(map)]), ["none", "no map"]];
        const chosen = view.map === "none" ? "none" : Number(view.map) < maps.length - 1 && view.map !== "all" ? view.map : "";
        return html`<div class="fields" role="group" aria-label="How images are shown">
            ${children}
            ${withLayers && html`<${Choice} label="Map" value=${chosen} options=${layers}
                change=${map => state.set({ map }, "replace")} />`}
            <${Choice} label="Colours" value=${view.colors} options=${state.choices.colors.map(name => [name, name])}
                change=${colors => state.set({ colors }, "replace")} />
            <${Slider} name="opacity" label="Opacity" view=${view} />
            <${Slider} name="threshold" label="Hide below" view=${view} />
        </div>`;
    }

    /** The filters and sliders above the gallery; folded on a narrow screen, where pictures need the room. */
    function Controls({ maps }) {
        const [open] = useState(() => matchMedia("(min-width: 50em)").matches);
        return html`<details class="controls" open=${open}><summary>Filters and colours</summary>
            <${Filters} /><${Display} maps=${maps}><${Sorting} /></${Display}></details>`;
    }

    Object.assign(EasyExplain, { Controls, Display });
})();
