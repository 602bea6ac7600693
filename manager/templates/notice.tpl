{{%AUTOESCAPE context="HTML"}}
<section class="card narrow">
<h1>{{NOTICE_TITLE}}</h1>
<p>{{NOTICE_TEXT}}</p>
</section>
