/** What the page's files share; a report's data files call EasyExplain.take. */
const EasyExplain = { html: htm.bind(preact.h) };
