{{%AUTOESCAPE context="HTML"}}
<h1>Live sessions</h1>
<p class="lead">{{COUNT_TEXT}}</p>
<form class="filter" method="get" action="{{BASE}}sessions" role="search">
<div class="field"><label for="user">User</label><input id="user" name="user" value="{{FILTER_USER}}" autocomplete="off" spellcheck="false"></div>
<div class="field"><label for="ip">Address</label><input id="ip" name="ip" value="{{FILTER_ADDRESS}}" autocomplete="off" spellcheck="false"></div>
<button type="submit">Show</button>
</form>
{{#SOME}}<div class="card scroll"><table>
<thead><tr><th scope="col">User</th><th scope="col">Since</th><th scope="col">Last seen</th><th scope="col">From</th><th scope="col">Browser</th><th scope="col">Key in the store</th></tr></thead>
<tbody>{{#SESSION}}<tr><td><strong>{{SESSION_USER}}</strong></td><td><time>{{SESSION_CREATED}}</time></td><td><time>{{SESSION_SEEN}}</time></td><td>{{SESSION_ADDRESS}}</td><td class="long">{{SESSION_AGENT}}</td><td class="long"><code>{{SESSION_ID}}</code></td></tr>{{/SESSION}}</tbody>
</table></div>{{/SOME}}
<p class="hint">What a session knows of its person is sealed: only their browser's cookie opens it. <code>ssoctl session delete KEY</code> ends a session on every handler.</p>
