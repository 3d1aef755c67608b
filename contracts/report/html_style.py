"""The style of the HTML report: one column, both colour schemes, nothing fetched."""

STYLE = """
:root { color-scheme: light dark; --line: #8885; --soft: #8882; --bad: #b71c1c; --odd: #8a5000; --good: #1b6e20;
  --here: #ffe9a8 }
@media (prefers-color-scheme: dark) { :root { --bad: #ff8a80; --odd: #ffcc80; --good: #a5d6a7; --here: #5a4600 } }
* { box-sizing: border-box }
body { font: 16px/1.5 system-ui, sans-serif; margin: 0 auto; max-width: 60rem; padding: 1rem; overflow-wrap: anywhere }
h1 { font-size: 1.4rem; line-height: 1.25; margin: .5rem 0 } h2 { font-size: 1.15rem; margin: 2rem 0 .5rem }
h3 { font-size: 1rem; margin: 0 } h4 { font-size: .95rem; margin: 0; font-family: ui-monospace, monospace }
p { margin: .25rem 0 } ul { margin: .75rem 0 } ul { padding-left: 1.2rem } a { color: inherit }
h1.bad, h3.bad, .bad > a { color: var(--bad) } h1.odd, h3.odd, p.odd, .odd > a { color: var(--odd) }
h1.good { color: var(--good) }
article { border: 1px solid var(--line); border-left: 4px solid var(--bad); border-radius: 6px; margin: 1rem 0;
  padding: .75rem 1rem }
article.odd { border-left-color: var(--odd) }
section { border-top: 1px solid var(--line); margin-top: .75rem; padding-top: .75rem }
dl { display: grid; gap: .1rem .75rem; grid-template-columns: max-content minmax(0, 1fr); margin: .35rem 0 }
dt { opacity: .75 } dd { margin: 0; max-height: 12rem; overflow-y: auto } li { padding: .1rem 0 }
pre { background: var(--soft); border-radius: 4px; font-size: .8rem; margin: .35rem 0 0; max-height: 18rem;
  overflow-y: auto; padding: .5rem; white-space: pre-wrap }
pre.document { line-height: 1.45; margin-top: .1rem; max-height: none; overflow-x: auto; white-space: pre }
mark { background: var(--here); color: inherit; display: inline-block; min-width: 100% }
.count { font-weight: 400; opacity: .75 }
summary { cursor: pointer; margin-top: .75rem; padding: .25rem 0 }
.small { font-size: .85rem; opacity: .85 }
table { border-collapse: collapse; font-size: .85rem; width: 100% }
td, th { border-bottom: 1px solid var(--line); padding: .3rem .75rem .3rem 0; text-align: left; vertical-align: top }
@media (max-width: 30rem) {
  dl { display: block } dd { margin-bottom: .35rem }
  thead { display: none } tr { border-bottom: 1px solid var(--line); display: block; padding: .3rem 0 }
  td { border: 0; display: block; padding: 0 } td:first-child { font-weight: 600 }
  td[title]::before { content: attr(title) ": "; opacity: .75 }
}
"""
