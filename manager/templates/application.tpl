{{%AUTOESCAPE context="HTML"}}
<noscript>
<section class="card narrow">
<h1>{{M_MANAGER}}</h1>
<p>{{M_NEEDS_SCRIPT}}</p>
<ul>{{#COMMAND}}<li><code>{{COMMAND_LINE}}</code><br>{{COMMAND_TEXT}}</li>{{/COMMAND}}</ul>
</section>
</noscript>
