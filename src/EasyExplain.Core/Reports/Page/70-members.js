(() => {
    "use strict";

    const { data, html, Tile } = EasyExplain;
    const { useState, useRef, useEffect } = preactHooks;
    const shown = 12;
    const nearby = { rootMargin: "300px" };

    /** The first images of a finding. Away from the screen they are only room, so that a hundred findings stay small. */
    function Strip({ issue, places }) {
        const view = EasyExplain.useView();
        const list = useRef();
        const [near, setNear] = useState(true);
        const [, again] = useState(0);
        useEffect(() => {
            const observer = new IntersectionObserver(entries => setNear(entries.at(-1).isIntersecting), nearby);
            [...list.current.children].forEach(item => observer.observe(item));
            EasyExplain.namesRead.then(() => again(1));
            return () => observer.disconnect();
        }, []);
        return html`<ul class="strip" role="list" ref=${list}>
            ${places.map(index => html`<li key=${index}>${near && html`<${Tile} index=${index} view=${view}
                change=${{ ...EasyExplain.state.noFilters, sort: "", issue }} />`}</li>`)}</ul>`;
    }

    /** Puts a living strip in the place of a finding's still pictures; where its packs are missing, those stay. */
    async function enliven(element) {
        const issue = Number(element.dataset.issue);
        const places = [...data.members(issue).slice(0, shown)];
        if (places.length > 0 && await EasyExplain.haveThumbnails(places)) {
            element.replaceChildren();
            preact.render(html`<${Strip} issue=${issue} places=${places} />`, element);
        }
    }

    /** Enlivens each finding's pictures when they are about to be seen. */
    EasyExplain.showMembers = () => {
        const observer = new IntersectionObserver(entries => entries.filter(entry => entry.isIntersecting).forEach(({ target }) => {
            observer.unobserve(target);
            enliven(target);
        }), nearby);
        document.querySelectorAll(".members[data-issue]").forEach(element => observer.observe(element));
    };
})();
