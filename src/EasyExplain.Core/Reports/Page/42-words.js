(() => {
    "use strict";

    const { data, html } = EasyExplain;
    const number = value => value.toLocaleString("en-US");
    /** As the page's text has it: a digit after the point where less than 10 % lies on either side. */
    function percent(share) {
        const value = share * 100;
        return `${value >= 10 && value <= 90 ? value.toFixed(0) : value.toFixed(1).replace(/\.0$/, "")}\u00A0%`;
    }

    const verdictWords = ["wrong", "right", "unknown"];
    const saidOfThings = ["", "right", "mislabelled", "misplaced", "false alarm", "duplicate", "missed"];

    /** Right, wrong or unknown; of what a detector found or missed, what exactly. */
    const verdictOf = index => saidOfThings[data.rows.said?.[index] ?? 0] || verdictWords[data.rows.verdict[index]];

    /** A finding's kind in words, "Label error", and its class. */
    const issueName = issue => {
        const { kind, class: label } = data.report.issues[issue];
        const words = kind.replace(/(?<=[a-z])[A-Z]/g, letter => ` ${letter.toLowerCase()}`);
        return label ? `${words}: ${label}` : words;
    };

    /** What one says of an image in a line; plain text. */
    function sentence(index) {
        const { rows, names } = data;
        const expected = rows.expected[index] < 0 ? "" : `expected ${data.label(rows.expected[index])}, `;
        const predicted = rows.predicted[index] < 0 ? (data.report.things ? "not found" : "nothing predicted") :
            `predicted ${data.label(rows.predicted[index])} ${percent(rows.probability[index] / 65535)}`;
        const verdict = rows.verdict[index] === 2 ? "" : `, ${verdictOf(index)}`;
        return `${names ? names[index] : `Image ${number(index + 1)}`}: ${expected}${predicted}${verdict}`;
    }

    /** A sign for right, wrong or unknown, with its word for who cannot see it. */
    function Verdict({ verdict }) {
        return html`<span class=${`verdict ${["bad", "good", "open"][verdict]}`}>
            <span aria-hidden="true">${["✗", "✓", "?"][verdict]}</span><span class="unseen">${verdictWords[verdict]}</span></span>`;
    }

    Object.assign(EasyExplain, { number, percent, verdictWords, verdictOf, issueName, sentence, Verdict });
})();
