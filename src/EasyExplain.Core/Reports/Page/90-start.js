(() => {
    "use strict";

    const { data, html, state, Gallery, Viewer } = EasyExplain;
    const root = document.getElementById("gallery-root");
    // A busy page may never be idle; Safari has no such thing.
    const idle = call => globalThis.requestIdleCallback ? requestIdleCallback(call, { timeout: 500 }) : setTimeout(call, 1);

    // A link leads to the gallery's top; one that opens an image leaves the page where it is.
    function arrive(view, link) {
        if (link && view.image < 0) {
            const section = document.getElementById("gallery");
            section.scrollIntoView();
            const heading = section.querySelector("h2") ?? root;
            heading.tabIndex = -1;
            heading.focus({ preventScroll: true });
        }
    }

    async function start() {
        await data.loadRows();
        let read;
        EasyExplain.namesRead = new Promise(resolve => { read = resolve; });
        state.watch(arrive);
        preact.render(html`<${Gallery} />`, root);
        preact.render(html`<${Viewer} />`, document.getElementById("viewer-root"));
        EasyExplain.showMembers();
        state.start();
        idle(() => data.loadNames().then(read));
    }

    start().catch(error => {
        root.textContent = `The gallery cannot be shown: ${error.message}. It needs the folder beside this page.`;
    });
})();
