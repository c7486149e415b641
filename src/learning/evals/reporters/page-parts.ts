/** Style of the page. Light and dark by the reader's choice. */
export const STYLE = `:root{color-scheme:light dark;--good:#2e7d32;--bad:#c62828;--odd:#b26a00;--rate:#1565c0;--line:#88888866;--soft:#88888822}
@media (prefers-color-scheme:dark){:root{--good:#66bb6a;--bad:#ef5350;--odd:#ffb74d;--rate:#64b5f6}}
body{max-width:75rem;margin:0 auto;padding:1rem;font:16px/1.5 system-ui,sans-serif}
h1{font-size:1.4rem;overflow-wrap:anywhere}h2{font-size:1.1rem}
.figures{display:flex;flex-wrap:wrap;gap:.5rem 2rem;padding:0;list-style:none}.figures b{display:block;font-size:1.3rem}
.charts{display:grid;grid-template-columns:repeat(auto-fit,minmax(20rem,1fr));gap:1rem}
figure{margin:0;padding:.5rem;border:1px solid var(--line);border-radius:.5rem;max-height:26rem;overflow:auto}
svg{display:block;max-width:none}svg text{font:12px system-ui,sans-serif;fill:currentColor}
.ground,.cold{fill:var(--soft)}.passed,.warm{fill:var(--good)}.failed{fill:var(--bad)}.flaky,.error{fill:var(--odd)}.rate,.used{fill:var(--rate)}
.threshold{stroke:currentColor;stroke-dasharray:3 3}
table{border-collapse:collapse;width:100%}th,td{padding:.3rem .5rem;border-bottom:1px solid var(--line);text-align:left;vertical-align:top;overflow-wrap:anywhere}
td.n,th.n{text-align:right;white-space:nowrap}th button{all:unset;cursor:pointer}th button:focus-visible{outline:2px solid}th[aria-sort=ascending] button::after{content:" ▲"}th[aria-sort=descending] button::after{content:" ▼"}
.state.passed{color:var(--good)}.state.failed{color:var(--bad)}.state.flaky,.state.error{color:var(--odd)}
ul.misses{margin:0;padding-left:1.2rem}.controls{display:flex;gap:1rem;margin:.5rem 0}[hidden]{display:none}`;

/**
 * Filter and order of the table. The page says everything without it: the controls are hidden until it runs, and a
 * heading becomes a button only then.
 */
export const SCRIPT = `'use strict';
const by=(id)=>document.getElementById(id);
const body=document.querySelector('#cases tbody'),rows=[...body.children],heads=[...document.querySelectorAll('#cases th')];
const words=by('words'),state=by('state'),left=by('left');
by('controls').hidden=false;
function filter(){let n=0;const w=words.value.toLowerCase();for(const row of rows){const on=(state.value===''||row.dataset.state===state.value)&&row.textContent.toLowerCase().includes(w);row.hidden=!on;if(on)n+=1}left.textContent=n+' of '+rows.length}
words.addEventListener('input',filter);state.addEventListener('change',filter);filter();
heads.forEach((head,i)=>{const button=document.createElement('button');button.type='button';button.textContent=head.textContent;head.replaceChildren(button);
button.addEventListener('click',()=>{const up=head.getAttribute('aria-sort')!=='ascending';for(const other of heads)other.removeAttribute('aria-sort');head.setAttribute('aria-sort',up?'ascending':'descending');
const key=row=>row.children[i].dataset.by??row.children[i].textContent;
const order=(a,b)=>{const[x,y]=[key(a),key(b)],[n,m]=[Number(x),Number(y)];return Number.isNaN(n)||Number.isNaN(m)?x.localeCompare(y):n-m};
body.replaceChildren(...[...rows].sort((a,b)=>up?order(a,b):order(b,a)))})});`;
