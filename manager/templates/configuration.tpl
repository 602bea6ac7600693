{{%AUTOESCAPE context="HTML"}}
<h1>Configuration</h1>
<p class="lead"><code>{{ORIGIN}}</code>, version <code>{{VERSION}}</code>. This page is read-only: edit the file, or publish a version with <code>ssoctl config</code>, and every handler follows within a second.</p>
{{#REFUSED}}<section class="notice error" role="alert">
<h2>The newest text is refused</h2>
<p>It has mistakes; the version shown below still serves.</p>
<ul>{{#DIAGNOSTIC}}<li><code>{{DIAGNOSTIC_TEXT}}</code></li>{{/DIAGNOSTIC}}</ul>
</section>{{/REFUSED}}
{{#WARNED}}<section class="notice" role="status">
<h2>Remarks</h2>
<ul>{{#DIAGNOSTIC}}<li><code>{{DIAGNOSTIC_TEXT}}</code></li>{{/DIAGNOSTIC}}</ul>
</section>{{/WARNED}}
<nav class="contents" aria-label="On this page">
<a href="#hosts">Virtual hosts</a> <a href="#people">People</a> <a href="#settings">Settings</a>
</nav>
<h2 id="hosts">Virtual hosts</h2>
{{#NO_HOST}}<p>None is configured: nothing is protected yet.</p>{{/NO_HOST}}
{{#HOST}}<section class="card">
<h3>{{HOST_NAME}}</h3>
<p class="meta">{{HOST_TITLE}} · <a href="{{HOST_URL}}">{{HOST_URL}}</a></p>
<table class="pairs">
<caption>Rules, in order of trial</caption>
<thead><tr><th scope="col">Path matches</th><th scope="col">Rule</th></tr></thead>
<tbody>
{{#RULE}}<tr><td><code>{{RULE_MATCH}}</code></td><td><code>{{RULE_ALLOW}}</code>{{#REMARK}}<p class="remark">{{RULE_COMMENT}}</p>{{/REMARK}}</td></tr>{{/RULE}}
<tr><td>everything else</td><td><code>{{HOST_DEFAULT}}</code></td></tr>
</tbody></table>
<table class="pairs">
<caption>Headers for the application</caption>
<thead><tr><th scope="col">Header</th><th scope="col">Value</th></tr></thead>
<tbody>{{#HEADER}}<tr><td><code>{{HEADER_NAME}}</code></td><td><code>{{HEADER_VALUE}}</code></td></tr>{{/HEADER}}</tbody>
</table>
</section>{{/HOST}}
<h2 id="people">What is known of a person</h2>
{{#PEOPLE_TABLE}}<section class="card">
<h3>{{TABLE_TITLE}}</h3>
<table class="pairs">
<thead><tr><th scope="col">Name</th><th scope="col">{{TABLE_VALUE}}</th></tr></thead>
<tbody>{{#ENTRY}}<tr><td><code>{{ENTRY_NAME}}</code></td><td><code>{{ENTRY_VALUE}}</code></td></tr>{{/ENTRY}}</tbody>
</table>
</section>{{/PEOPLE_TABLE}}
<h2 id="settings">Settings</h2>
{{#SECTION}}<section class="card">
<h3><code>[{{SECTION_PATH}}]</code></h3>
<table class="settings">
<thead><tr><th scope="col">Setting</th><th scope="col">Value</th><th scope="col">Meaning</th></tr></thead>
<tbody>{{#SETTING}}<tr><td><code>{{SETTING_NAME}}</code></td><td>{{#SETTING_GIVEN}}<code>{{SETTING_VALUE}}</code> {{/SETTING_GIVEN}}{{#SETTING_DEFAULT}}<span class="tag">default</span>{{/SETTING_DEFAULT}}</td><td>{{#HELP}}{{HELP_TEXT}}{{#QUOTED}}<code>{{HELP_QUOTED}}</code>{{/QUOTED}}{{/HELP}}</td></tr>{{/SETTING}}</tbody>
</table>
</section>{{/SECTION}}
