// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "annotated.hpp"
#include "../src/data/json_reader.hpp"

namespace opencv_test {
namespace {

const char* const oneImage = R"({"id": 900800474293, "file_name": "one.png", "width": 40, "height": 30})";

//! A COCO file of one image of 40x30, two categories and those annotations.
std::string coco(const std::string& annotations, const std::string& images = oneImage)
{
    return R"({"info": {"year": 2020}, "categories": [{"id": 7, "name": "plum"}, {"id": 3, "name": "apple"}],
               "images": [)" +
           images + R"(], "annotations": [)" + annotations + "]}";
}

std::string annotation(const std::string& box, const std::string& more = "", int category = 7)
{
    return cv::format(R"({"id": 1, "image_id": 900800474293, "category_id": %d, "bbox": %s, "area": 1.5%s})",
                      category, box.c_str(), more.c_str());
}

std::string cocoError(const Scratch& s, const std::string& json)
{
    writeText(s / "annotations/instances_train.json", json);
    return errorOf([&] { Dataset::read(s.path(), "train"); });
}

//! The data set of one.png with a good box and that annotation.
Dataset readWith(const Scratch& s, const std::string& json)
{
    writeText(s / "annotations/instances_train.json", json);
    return Dataset::read(s.path(), "train");
}

TEST(Coco, readsObjectsAndCategories)
{
    const Scratch s;
    writeImage(s / "train/one.png", Size(40, 30));
    writeImage(s / "images/deep/two.png", Size(20, 10));
    writeText(s / "annotations/instances_train.json",
              coco(annotation("[1.5, 2, 10, 20]", R"(, "segmentation": [[1, 2, 3, 4]], "iscrowd": 0)") + "," +
                       annotation("[5, 6, 2, 2]",
                                  R"(, "segmentation": {"counts": "ab", "size": [3]}, "iscrowd": 1)", 3) +
                       "," + annotation("[30, 20, 20, 20]") + "," + annotation("[3, 3, 0, 5]"),
                   R"({"id": 900800474293, "file_name": "one.png", "width": 40, "height": 30},
                {"id": 2, "file_name": "deep/two.png", "width": 20, "height": 10})"));
    const Dataset set = Dataset::read(s.path(), "train");
    EXPECT_EQ((std::vector<String>{"apple", "plum"}), set.classes); // by id
    ASSERT_EQ(2u, set.images.size());
    EXPECT_EQ(Size(40, 30), set.images[0].size);
    EXPECT_EQ(Size(20, 10), readImage(set.images[1]).size());
    EXPECT_TRUE(set.images[1].objects.empty());
    const std::vector<Object>& o = set.images[0].objects;
    ASSERT_EQ(3u, o.size());
    EXPECT_EQ(Vec4f(1.5f, 2, 11.5f, 22), o[0].box);
    EXPECT_EQ(2, o[0].label);
    EXPECT_FALSE(o[0].ignored);
    EXPECT_EQ(1, o[1].label);
    EXPECT_TRUE(o[1].ignored);
    EXPECT_EQ(Vec4f(30, 20, 40, 30), o[2].box);
    ASSERT_EQ(2u, set.remarks.size());
    EXPECT_TRUE(contains(set.remarks[0], "annotation 3 (plum") && contains(set.remarks[0], "cut"));
    EXPECT_TRUE(contains(set.remarks[1], "annotation 4") && contains(set.remarks[1], "no area"));
}

TEST(Coco, idsMayBeTextOrFractions)
{
    const Scratch s;
    writeImage(s / "one.png", Size(40, 30));
    for (const char* id : {"7", "\"7\"", "7.0", "\"ab-7\"", "123456789012345678"})
    {
        std::string json =
            R"({"categories": [{"id": "x", "name": 3}], "images": [{"id": ID, "file_name": "one.png"}],
            "annotations": [{"image_id": ID, "category_id": "x", "bbox": ["1", 2, 3.0, 4e0]}]})";
        for (size_t at = json.find("ID"); at != std::string::npos; at = json.find("ID"))
            json.replace(at, 2, id);
        const Dataset set = readWith(s, json);
        EXPECT_EQ(Vec4f(1, 2, 4, 6), set.images.at(0).objects.at(0).box) << id;
        EXPECT_EQ(Size(40, 30), set.images[0].size); // the file's own
        EXPECT_EQ("3", set.classes.at(0));
    }
}

TEST(Coco, listsMayComeInAnyOrder)
{
    const Scratch s;
    writeImage(s / "one.png", Size(40, 30));
    EXPECT_EQ(1, readWith(s, "\xEF\xBB\xBF{\"annotations\": [" + annotation("[1, 2, 3, 4]") +
                                 "], \"images\": [" + oneImage +
                                 "], \"categories\": [{\"name\": \"plum\", \"id\": 7}]}\n")
                     .countObjects());
}

TEST(Coco, whatIsMissingIsFoundElsewhere)
{
    const Scratch s;
    writeImage(s / "one.png", Size(40, 30));
    const std::string outline = R"(, "segmentation": [[1, 2, 11, 2, 5, 22], [3, 30, 4, 25]])";
    for (const char* box : {"null", "[]"})
        EXPECT_EQ(Vec4f(1, 2, 11, 30),
                  readWith(s, coco(annotation(box, outline))).images[0].objects.at(0).box);
    for (const char* size :
         {R"("width": null)", R"("width": "40", "height": "30")", R"("width": 0, "height": 0)"})
        EXPECT_EQ(Size(40, 30), readWith(s, coco(annotation("[1, 2, 3, 4]"),
                                                 R"({"id": 900800474293, "file_name": "one.png", )" +
                                                     std::string(size) + "}"))
                                    .images[0]
                                    .size);
    EXPECT_FALSE(
        readWith(s, coco(annotation("[1, 2, 3, 4]", R"(, "iscrowd": null)"))).images[0].objects[0].ignored);
    EXPECT_EQ(1, readWith(s, coco(annotation("[1, 2, 3, 4]") + "," +
                                  annotation("[1, 2, 3, 4]", R"(, "iscrowd": true)")))
                     .countObjects());
}

TEST(Coco, oneMistakeIsLeftOutAndNamed)
{
    const Scratch s;
    writeImage(s / "one.png", Size(40, 30));
    const std::string good = annotation("[1, 2, 3, 4]") + "," + annotation("[2, 2, 3, 4]") + ",";
    const std::vector<std::pair<std::string, std::string>> mistakes{
        {annotation("[1, 2, 3]"), "annotation 3 (plum in '"},
        {annotation("\"1 2 3 4\""), "'bbox' is missing"},
        {annotation("[1, 2, null, 4]"), "annotation 3 (plum in '"},
        {annotation("[NaN, 2, 3, 4]"), "annotation 3 (plum in '"},
        {annotation("[1e400, 2, 3, 4]"), "annotation 3 (plum in '"},
        {annotation("[-Infinity, 2, 3, 4]"), "annotation 3 (plum in '"},
        {annotation("[1, 2, -3, 4]"), "corners exchanged"},
        {annotation("null", R"(, "segmentation": {"counts": "ab", "size": [3, 4]})"), "no outline"},
        {annotation("[1, 2, 3, 4]", "", 5), "annotation 3: there is no category of its id"},
        {R"({"image_id": 1, "category_id": 7, "bbox": [1, 2, 3, 4]})",
         "annotation 3: there is no image of its id"},
        {R"({"category_id": 7, "bbox": [1, 2, 3, 4]})",
         "annotation 3: 'image_id' or 'category_id' is missing"}};
    for (const auto& m : mistakes)
    {
        const Dataset set = readWith(s, coco(good + m.first));
        EXPECT_EQ(2, set.countObjects());
        EXPECT_EQ(1, set.objectsLeftOut);
        ASSERT_EQ(1u, set.remarks.size()) << m.first;
        EXPECT_TRUE(contains(set.remarks[0], m.second)) << set.remarks[0];
        DatasetParams params;
        params.strict = true;
        EXPECT_TRUE(contains(errorOf([&] { Dataset::read(s.path(), "train", params); }), m.second));
    }
}

TEST(Coco, oneImageThatCannotBeUsedIsLeftOutAndNamed)
{
    const Scratch s;
    writeImage(s / "one.png", Size(40, 30));
    const std::vector<std::pair<std::string, std::string>> mistakes{
        {R"({"id": 1, "file_name": "gone.png"})", "image 2: no image 'gone.png'"},
        {R"({"id": 1})", "image 2: 'file_name' is missing"},
        {R"({"file_name": "one.png"})", "image 2: 'id' is missing"},
        {R"({"id": 900800474293, "file_name": "two.png"})",
         "image 2 ('two.png'): another one has the same id"}};
    for (const auto& m : mistakes)
    {
        const Dataset set = readWith(s, coco(annotation("[1, 2, 3, 4]"), oneImage + ("," + m.first)));
        EXPECT_EQ(1u, set.images.size());
        EXPECT_EQ(1, set.imagesLeftOut);
        EXPECT_TRUE(contains(set.remarks.at(0), m.second)) << set.remarks[0];
    }
    // Its annotations go with an image that is not there, and are not told one by one.
    const Dataset set = readWith(
        s, coco(annotation("[1, 2, 3, 4]") + R"(,{"image_id": 1, "category_id": 7, "bbox": [1, 2, 3, 4]})",
                std::string(oneImage) + R"(,{"id": 1, "file_name": "gone.png"})"));
    EXPECT_EQ(1u, set.remarks.size());
    EXPECT_EQ(0, set.objectsLeftOut);
}

TEST(Coco, imagesAreFoundByWhatAnnotationToolsCallThem)
{
    const Scratch s;
    writeImage(s / "images/one.png", Size(40, 30));
    for (const char* name : {"images\\\\one.png", "../../media/upload/4/one.png",
                             "https://example.org/d/one.png?size=1", "C:\\\\me\\\\one.png", "ONE.PNG"})
        EXPECT_EQ(1, readWith(s, coco(annotation("[1, 2, 3, 4]"),
                                      R"({"id": 900800474293, "file_name": ")" + std::string(name) + "\"}"))
                         .countObjects())
            << name;
}

TEST(Coco, theSplitsOwnImageIsTaken)
{
    const Scratch s;
    for (const char* folder : {"test/", "train/", "val/"})
        writeImage(s / (std::string(folder) + "one.png"), Size(40, 30));
    EXPECT_TRUE(contains(readWith(s, coco(annotation("[1, 2, 3, 4]"))).images[0].path, "train/one.png"));
}

TEST(Coco, anImageThatIsThereTwiceHasAllItsObjects)
{
    const Scratch s;
    writeImage(s / "one.png", Size(40, 30));
    const Dataset set = readWith(
        s, coco(annotation("[1, 2, 3, 4]") + R"(,{"image_id": 1, "category_id": 3, "bbox": [1, 2, 3, 4]})",
                std::string(oneImage) + R"(,{"id": 1, "file_name": "one.png"})"));
    EXPECT_EQ(1u, set.images.size());
    EXPECT_EQ(2, set.countObjects());
    EXPECT_TRUE(contains(set.remarks.at(0), "listed twice"));
}

TEST(Coco, namesOfGroupsAndDoubleNamesAreNoClasses)
{
    const Scratch s;
    writeImage(s / "one.png", Size(40, 30));
    std::string json = coco(annotation("[1, 2, 3, 4]", "", 1) + "," + annotation("[1, 2, 3, 4]", "", 3));
    const size_t begin = json.find("[{"), end = json.find("]", begin) + 1;
    json.replace(begin, end - begin, R"([{"id": 0, "name": "fruit", "supercategory": "none"},
        {"id": 1, "name": "plum", "supercategory": "fruit"}, {"id": 2, "name": "pear", "supercategory":
        "fruit"}, {"id": 3, "name": "plum ", "supercategory": "fruit"}])");
    const Dataset set = readWith(s, json);
    EXPECT_EQ((std::vector<String>{"plum", "pear"}), set.classes);
    EXPECT_EQ(set.images[0].objects.at(0).label, set.images[0].objects.at(1).label);
    ASSERT_EQ(2u, set.remarks.size());
    EXPECT_TRUE(contains(set.remarks[0], "'fruit' is left out"));
    EXPECT_TRUE(contains(set.remarks[1], "'plum' is there twice"));
}

TEST(Coco, mistakesOfTheWholeFileNameIt)
{
    const Scratch s;
    writeImage(s / "one.png", Size(40, 30));
    const std::string good = annotation("[1, 2, 3, 4]");
    EXPECT_EQ("", cocoError(s, coco(good)));
    EXPECT_TRUE(contains(cocoError(s, "{\"images\": ["),
                         "instances_train.json' is no JSON: it ends too early in line 1"));
    EXPECT_TRUE(contains(cocoError(s, coco(good).substr(0, 200)), "is no JSON"));
    EXPECT_TRUE(contains(cocoError(s, coco(good) + "x"), "something comes after its end"));
    EXPECT_TRUE(contains(cocoError(s, "{\"images\": [], \"categories\": 3}"), "no list 'categories'"));
    EXPECT_TRUE(contains(cocoError(s, coco("", "")), "lists no images"));
    EXPECT_TRUE(contains(cocoError(s, coco("")), "without one object"));
    writeText(s / "annotations/instances_train.json", coco(good));
    EXPECT_TRUE(contains(errorOf([&] { Dataset::read(s.path(), "train", {"apple"}); }), "'plum'"));
    EXPECT_TRUE(contains(errorOf([&] { Dataset::read(s.path(), "val"); }), "the splits there are: train"));
}

TEST(JsonReader, takesWhatJsonHas)
{
    const std::string text =
        "\xEF\xBB\xBF { \"a\\\"\\u00e9\\ud83d\\ude00\\n\" : [ 1, -2.5e1 , \"3\" ] , \"b\":{\"c\":[[],{}]},"
        "\"d\":true,\"e\":\"x\\\\\",\"f\":null}";
    JsonReader json(text, "here.json");
    std::string key, value;
    std::vector<double> numbers;
    ASSERT_TRUE(json.enterObject());
    ASSERT_TRUE(json.nextKey(key));
    EXPECT_EQ("a\"\xC3\xA9\xF0\x9F\x98\x80\n", key);
    EXPECT_TRUE(json.numbers(numbers));
    EXPECT_EQ((std::vector<double>{1, -25, 3}), numbers);
    ASSERT_TRUE(json.nextKey(key) && key == "b");
    json.skip();
    ASSERT_TRUE(json.nextKey(key) && key == "d");
    EXPECT_TRUE(json.flag());
    ASSERT_TRUE(json.nextKey(key) && key == "e");
    EXPECT_TRUE(json.text(value));
    EXPECT_EQ("x\\", value);
    ASSERT_TRUE(json.nextKey(key) && key == "f");
    EXPECT_FALSE(json.text(value));
    EXPECT_FALSE(json.nextKey(key));
    json.finish();
}

TEST(JsonReader, whatIsWrongIsToldWithItsPlace)
{
    const auto error = [](const std::string& text) {
        return errorOf([&] {
            JsonReader json(text, "here.json");
            std::string key;
            if (json.enterObject())
                while (json.nextKey(key))
                    json.skip();
            json.finish();
        });
    };
    EXPECT_EQ("", error("{\"a\": 1}"));
    EXPECT_TRUE(contains(error("{\"a\": 1\n \"b\": 2}"),
                         "'here.json' is no JSON: a comma is missing in line 2, column 2"));
    for (const char* wrong :
         {"", "{", "{\"a", "{\"a\"", "{\"a\":", "{\"a\": [", "{\"a\": \"\\", "{a: 1}", "{\"a\" 1}",
          "{\"a\": }", "{\"a\": 1}}", "{\"\\u12\": 1}", "{\"\\q\": 1}", "{\"a\": *}"})
        EXPECT_TRUE(contains(error(wrong), "here.json")) << wrong;
}

} // namespace
} // namespace opencv_test
