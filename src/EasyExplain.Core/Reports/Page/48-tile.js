(() => {
    "use strict";

    const { data, html, state, percent, Verdict } = EasyExplain;
    const { useRef, useLayoutEffect } = preactHooks;

    /** An image's thumbnail with its map. */
    function Thumbnail({ index, view }) {
        const thumbnail = EasyExplain.useThumbnail(index);
        const canvas = useRef();
        useLayoutEffect(() => {
            if (thumbnail?.canvas) {
                EasyExplain.drawThumbnail(canvas.current, thumbnail, view);
            }
        }, [thumbnail, view.map, view.opacity, view.threshold, view.colors]);
        if (!thumbnail) {
            return html`<span class="picture waiting"></span>`;
        }
        if (!thumbnail.canvas) {
            return html`<span class="picture missing">${thumbnail.error ? `Not there: ${thumbnail.error}.` :
                "The image is gone or has changed."}</span>`;
        }
        return html`<span class="picture"><canvas ref=${canvas} aria-hidden="true"></canvas></span>`;
    }

    function open(event, change) {
        if (event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey) {
            event.preventDefault();
            state.set(change);
        }
    }

    function Caption({ index }) {
        const { rows, names } = data;
        const wrong = rows.verdict[index] === 0 && rows.expected[index] >= 0;
        return html`<span class="caption">
            <span class="name">${names ? html`<bdi title=${names[index]}>${names[index]}</bdi>` : " "}</span>
            <span class="classes"><${Verdict} verdict=${rows.verdict[index]} />
                <span class="labels">${wrong && html`<bdi>${data.label(rows.expected[index])}</bdi>${" "}
                        <span aria-hidden="true">→</span><span class="unseen">taken for</span> `}
                    ${rows.predicted[index] >= 0 ? html`<bdi>${data.label(rows.predicted[index])}</bdi>` : data.report.things &&
                        (rows.verdict[index] === 0 ? "not found" : "nothing found")}</span>
                ${rows.predicted[index] >= 0 && html`<span class="share">${percent(rows.probability[index] / 65535)}</span>`}</span>
        </span>`;
    }

    /** An image in the gallery or a strip: a link that opens it. */
    function Tile({ index, view, change = {}, stop = true }) {
        const to = { ...change, image: index };
        return html`<a class="tile" href=${state.link(to)} data-image=${index} tabindex=${stop ? 0 : -1}
            onClick=${event => open(event, to)}>
            <${Thumbnail} index=${index} view=${view} /><${Caption} index=${index} /></a>`;
    }

    Object.assign(EasyExplain, { Thumbnail, Tile });
})();
