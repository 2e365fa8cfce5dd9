#!/usr/bin/env bash
# Runs a folder of cases, each with the command that a person gave (cmd) and the data, and compares what happens
# with the table below.
# usage: cases.sh BIN CASES [NAME...]
# ALL=1 also judges the cases that are marked as open.
set -uo pipefail
bin=$(realpath "$1") cases=$(realpath "$2")
shift 2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
limit=${LIMIT:-120} # seconds a case

# NAME  WHAT  TEXT: ok: no line begins with "error:". says: the same, and the output holds the text. refused: a line
# "error: " holds the text. A name may be a pattern; the first line that fits counts. "open" before WHAT: not yet.
table() {
    cat <<'END'
out_is_backbone                    open refused  would be overwritten
two_trainings_race                 open says     a 0
two_trainings_checkpoint_every_20  open says     a 0
env_two_same_out                   open says     a 0
env_threads_1024                   open ok
env_stdout_pipe_closed             says          m.onnx
voc_no_objects_at_all_faster       refused       without one object
model_onnx_*                       refused       .
onnx_*                             importer
option_space_instead_of_equals     refused       is no option
data_is_file                       refused       --data is missing
long_data_path                     refused       is no folder
train_detector_sample              refused       is no folder
proposals_odd                      refused       .
camera_none                        refused       no display
camera_output_is_input             refused       would be overwritten
coco_300MB                         big
coco_bbox_1e400                    says          'bbox' is missing
coco_bbox_nan                      says          'bbox' is missing
coco_bbox_negative_width           says          corners exchanged
coco_bbox_null                     says          'bbox' is missing
coco_bbox_strings                  ok
coco_category_name_number          ok
coco_duplicate_category_names      says          is there twice
coco_duplicate_image_ids           says          another one has the same id
coco_images_no_annotations_at_all  refused       without one object
coco_no_categories                 refused       no list 'categories'
coco_one_missing_image           says          no image 'gone.jpg'
coco_roboflow_root_category        says          'animals' is left out
coco_same_file_twice               says          listed twice
coco_unknown_category              says          no category of its id
coco_width_swapped                 refused       are the boxes of another image
coco_*                             ok
detect_name_latin1                 says          \xE9
detect_odd_name_*                  says          .jpg
detect_mixed_folder                says          f.jp2.png
eval_outside_boxes_without_size    says          was cut to the image
img_dangling_symlink               says          left out
img_is_fifo                        says          no image 'p0'
img_gif*                           refused       is a GIF
img_filename_names_gif             refused       is a GIF
img_*                              ok
voc_all_difficult                  refused       not to be ignored
voc_no_objects_at_all_rpn          refused       without one object
voc_class_name_empty               says          has no name
voc_class_only_in_val              refused       'bird', which is not among
voc_decimal_comma                  refused       <ymax> is '63,75'
voc_empty_val_split                refused       lists no images
voc_inverted                       refused       corners exchanged
voc_size_half                      refused       are the boxes of another image
voc_size_swapped                   refused       are the boxes of another image
voc_*                              ok
yolo_class_negative                says          the class is -1
yolo_class_out_of_range            says          the class is 5
yolo_corrupt_image               says          left out
yolo_decimal_comma                 refused       is not a class
yolo_duplicate_lines               says          is there twice
yolo_four_numbers_*                refused       is not a class
yolo_label_names_do_not_match      refused       have no file with labels
yolo_nan                           refused       is not a class
yolo_pixel_coordinates             refused       50 is no share
yolo_yaml_dict_from_1              says          counts the classes from 1
yolo_yaml_duplicate_names          says          is there twice
yolo_yaml_nc_too_small             says          nc is 1
yolo_yaml_no_names                 says          has no names
*                                  ok
END
}

# What is expected of a case, as in the table.
expected() {
    local pattern rest
    while read -r pattern rest; do
        # shellcheck disable=SC2254 # a pattern is meant
        case $1 in
        $pattern)
            echo "$rest"
            return
            ;;
        esac
    done < <(table)
}

# What the commands find around the cases: a model, a good data set, Python.
mkdir -p "$work/cases/_model" "$work/base" "$work/venv/bin"
cp -r "$cases/vocdevkit_parent/data/VOCdevkit/VOC2007" "$work/base/voc"
cp -r "$work/base/voc" "$work/base/voc3"
ln -s "$(command -v "${DNN_RPN_PYTHON:-python3}")" "$work/venv/bin/python"
"$bin/rpn_train" --data="$work/base/voc" --size=64x48 --epochs=1 --batch=2 --report=none --detector=faster_rcnn \
    --roi_hidden=16 --roi_channels=16 --out="$work/cases/_model/m.onnx" >"$work/log" 2>&1 ||
    { echo "FAILED: the good data set does not train"; cat "$work/log"; exit 1; }

declare -A count
[ $# -gt 0 ] || mapfile -t names < <(cd "$cases" && ls)
[ $# -eq 0 ] || names=("$@")
for name in "${names[@]}"; do
    [ -f "$cases/$name/cmd" ] || continue
    read -r what text <<<"$(expected "$name")"
    open=
    [ "$what" != open ] || { open=1; read -r what text <<<"$text"; }
    absent=
    for program in $(grep -o '\$BIN/[a-z_]*' "$cases/$name/cmd" | sort -u); do
        [ -x "$bin/${program#*/}" ] || absent="${program#*/} is not built"
    done
    if [ "$what" = importer ] || [ "$what" = big ] || [ -n "$absent" ]; then
        verdict="not judged" what="$what $absent"
    else
        cp -r "$cases/$name" "$work/cases/$name"
        chmod -R u+w "$work/cases/$name"
        rm -rf "$work/cases/$name/out" # of the run that was logged
        # The commands were written when detections.json called images pictures.
        sed -i "s/\['pictures'\]/['images']/g; s/\['picture'\]/['image']/g" "$work/cases/$name/cmd"
        (cd "$work/cases/$name" && BIN=$bin CASES=$work/cases timeout "$limit" bash cmd) >"$work/log" 2>&1 </dev/null
        ended=$?
        errors=$(grep -a '^error: ' "$work/log")
        good=
        case $what in
        ok) [ -z "$errors" ] && good=1 ;;
        says) [ -z "$errors" ] && grep -aqF -- "$text" "$work/log" && good=1 ;;
        refused) grep -aqF -- "$text" <<<"$errors" && good=1 ;;
        esac
        [ $ended -ne 124 ] && ! grep -aqE 'terminate called|core dumped' "$work/log" || good=
        verdict=FAILED
        [ -z "$open" ] || [ -n "${ALL:-}" ] || verdict=open
        [ -z "$good" ] || verdict=ok
        rm -rf "$work/cases/$name"
    fi
    count[$verdict]=$((${count[$verdict]:-0} + 1))
    printf '%-10s %-36s %s %s\n' "$verdict" "$name" "$what" "$text"
    [ "$verdict" != FAILED ] || tail -n 12 "$work/log" | tr '\r' '\n' | sed 's/^/             | /' | cut -c 1-200
done
for verdict in "${!count[@]}"; do
    echo "${count[$verdict]} $verdict"
done
[ -z "${count[FAILED]:-}" ]
