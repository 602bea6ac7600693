{{%AUTOESCAPE context="HTML"}}
<h1>Live sessions</h1>
<p class="lead">{{COUNT_TEXT}}</p>
<form class="filter" method="get" action="{{BASE}}sessions" role="search">
<div class="field"><label for="user">User</label><input id="user" type="text" name="user" value="{{FILTER_USER}}" autocomplete="off" spellcheck="false"></div>
<div class="field"><label for="ip">Address</label><input id="ip" type="text" name="ip" value="{{FILTER_ADDRESS}}" autocomplete="off" spellcheck="false"></div>
<button type="submit">Show</button>
</form>
{{#SOME}}<div class="card scroll"><table class="sessions">
<thead><tr><th scope="col">User</th><th scope="col">Since</th><th scope="col">Last seen</th><th scope="col">From</th><th scope="col">Browser</th><th scope="col">Key in the store</th></tr></thead>
<tbody>{{#SESSION}}<tr><td data-label="User"><strong>{{SESSION_USER}}</strong></td><td data-label="Since"><time>{{SESSION_CREATED}}</time></td><td data-label="Last seen"><time>{{SESSION_SEEN}}</time></td><td data-label="From">{{SESSION_ADDRESS}}</td><td class="long" data-label="Browser">{{SESSION_AGENT}}</td><td class="long" data-label="Key in the store"><code>{{SESSION_ID}}</code></td></tr>{{/SESSION}}</tbody>
</table></div>{{/SOME}}
<p class="hint">What a session knows of its person is sealed: only their browser's cookie opens it. <code>ssoctl session delete KEY</code> ends a session on every handler.</p>
